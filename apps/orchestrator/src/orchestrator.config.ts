import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

export const orchestratorEnvironment = serviceEnvironment.extend({
  /** Base URL of the acquirer `alpha`. */
  ACQUIRER_ALPHA_URL: z.url({ protocol: /^https?$/ }),
  /** How long an acquirer may take to answer before the outcome is unknown. */
  ACQUIRER_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  /** How long the fraud service may be silent before the written policy decides. */
  FRAUD_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(2_000),
});
export type OrchestratorEnvironment = z.infer<typeof orchestratorEnvironment>;

export const ENVIRONMENT = Symbol('OrchestratorEnvironment');
