import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

/** What Standard Webhooks advises: long enough for a receiver that works before it answers. */
const timeoutMsDefault = 15_000;
/** An attempt has to be over well before its lease is. */
const timeoutMsMax = 30_000;

export const webhooksEnvironment = serviceEnvironment.extend({
  /** Only where the receivers run beside the platform, in development: it opens our own network to whoever names a URL. */
  WEBHOOKS_ALLOW_PRIVATE_TARGETS: z.enum(['true', 'false']).default('false'),
  /** How long a receiver may take to answer. */
  WEBHOOKS_TIMEOUT_MS: z.coerce.number().int().min(1).max(timeoutMsMax).default(timeoutMsDefault),
});
export type WebhooksEnvironment = z.infer<typeof webhooksEnvironment>;

export const ENVIRONMENT = Symbol('WebhooksEnvironment');
