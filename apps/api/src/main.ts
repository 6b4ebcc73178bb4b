import 'reflect-metadata';
import { readConfig, runService } from '#runtime';
import { apiEnvironment } from './api.config.ts';
import { ApiModule } from './api.module.ts';
import { prepareApi } from './prepare-api.ts';

const environment = readConfig(apiEnvironment);
await runService(ApiModule.forEnvironment(environment), { environment, listensToEvents: false, prepare: prepareApi });
