import 'reflect-metadata';
import { readConfig, runService } from '#runtime';
import { orchestratorEnvironment } from './orchestrator.config.ts';
import { OrchestratorModule } from './orchestrator.module.ts';

const environment = readConfig(orchestratorEnvironment);
await runService(OrchestratorModule.forEnvironment(environment), {
  environment,
  listensToEvents: true,
  keepsRawBodies: true,
});
