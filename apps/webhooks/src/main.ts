import 'reflect-metadata';
import { readConfig, runService } from '#runtime';
import { webhooksEnvironment } from './webhooks.config.ts';
import { WebhooksModule } from './webhooks.module.ts';

const environment = readConfig(webhooksEnvironment);
await runService(WebhooksModule.forEnvironment(environment), { environment, listensToEvents: true });
