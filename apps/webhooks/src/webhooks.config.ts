import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

export const webhooksEnvironment = serviceEnvironment.extend({
  /** Only where the receivers run beside the platform, in development: it opens our own network to whoever names a URL. */
  WEBHOOKS_ALLOW_PRIVATE_TARGETS: z.enum(['true', 'false']).default('false'),
});
export type WebhooksEnvironment = z.infer<typeof webhooksEnvironment>;
