import { startService } from '#runtime';
import { webhooksEnvironment } from '../../apps/webhooks/src/webhooks.config.ts';
import { WebhooksModule } from '../../apps/webhooks/src/webhooks.module.ts';
import type { StartService } from '../support/stage.ts';

export const startWebhooks: StartService = (variables) => {
  const environment = webhooksEnvironment.parse(variables);
  return startService(WebhooksModule.forEnvironment(environment), { environment, listensToEvents: true });
};
