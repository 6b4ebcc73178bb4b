import 'reflect-metadata';
import { readConfig, runService } from '#runtime';
import { fraudEnvironment } from './fraud.config.ts';
import { FraudModule } from './fraud.module.ts';

const environment = readConfig(fraudEnvironment);
await runService(FraudModule.forEnvironment(environment), { environment, listensToEvents: true });
