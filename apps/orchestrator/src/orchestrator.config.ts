import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

const variables = serviceEnvironment.extend({
  /** Base URL of the acquirer `alpha`. */
  ACQUIRER_ALPHA_URL: z.url({ protocol: /^https?$/ }),
  /** Those of `beta` and `gamma`, where they are connected. */
  ACQUIRER_BETA_URL: z.url({ protocol: /^https?$/ }).optional(),
  ACQUIRER_GAMMA_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** What the callbacks of these acquirers are signed with; without it none of them can be genuine. */
  SANDBOX_CALLBACK_SECRET: z.string().min(8).optional(),
  /** Stripe's secret key; without it Stripe is not connected. Under one of its test keys our test cards work there. */
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(?:sk|rk)_/, 'expected a secret or a restricted key')
    .optional(),
  /** What Stripe signs its callbacks with: `whsec_…` of the endpoint `/acquirers/stripe/callbacks`. */
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_/, 'expected whsec_…')
    .optional(),
  /** Another place than Stripe's own, for tests. */
  STRIPE_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
  /** How long an acquirer may take to answer before the outcome is unknown. */
  ACQUIRER_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(5_000),
  /** How long a customer may take for a challenge (3-D Secure). */
  ACTION_DEADLINE_MS: z.coerce.number().int().min(1_000).max(86_400_000).default(900_000),
  /** How long a hold is kept for a merchant who does not take it; acquirers promise seven days. */
  AUTHORIZATION_VALID_SECONDS: z.coerce.number().int().min(1).max(2_592_000).default(604_800),
  /** How long the fraud service may be silent before the written policy decides. */
  FRAUD_DEADLINE_MS: z.coerce.number().int().min(100).max(60_000).default(2_000),
});

/** Who cannot hear Stripe would learn of no dispute, and of no challenge that ended late. */
export const orchestratorEnvironment = variables.refine(
  ({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET }) =>
    STRIPE_SECRET_KEY === undefined || STRIPE_WEBHOOK_SECRET !== undefined,
  { path: ['STRIPE_WEBHOOK_SECRET'], error: 'is needed where STRIPE_SECRET_KEY is set' },
);
export type OrchestratorEnvironment = z.infer<typeof orchestratorEnvironment>;

export const ENVIRONMENT = Symbol('OrchestratorEnvironment');
