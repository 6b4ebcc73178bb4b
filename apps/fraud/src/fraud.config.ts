import { z } from 'zod';
import { riskRules, type RiskRules } from '#domain';
import { serviceEnvironment } from '#runtime';

/** A longer window is a matter of lists and learning, not of velocity. */
const windowSecondsMax = 86_400;

export const fraudEnvironment = serviceEnvironment.extend({
  /** Payments that one card may make within the window. Tests and benches use one card thousands of times and raise it. */
  VELOCITY_LIMIT: z.coerce.number().int().min(1).default(riskRules.cardVelocity.paymentsMax),
  VELOCITY_WINDOW_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(windowSecondsMax)
    .default(riskRules.cardVelocity.windowSeconds),
});
export type FraudEnvironment = z.infer<typeof fraudEnvironment>;

/** The rules in force: the written ones, with the velocity that this installation has set. */
export function rulesOf(environment: FraudEnvironment): RiskRules {
  const { VELOCITY_LIMIT: paymentsMax, VELOCITY_WINDOW_SECONDS: windowSeconds } = environment;
  return { ...riskRules, cardVelocity: { ...riskRules.cardVelocity, paymentsMax, windowSeconds } };
}
