import { z } from 'zod';

/** What the fraud service says, version 1. The aggregate is the payment; a payment is assessed once. */
export const fraudEvents = {
  'payment.assessed': z.object({
    paymentId: z.string(),
    decision: z.enum(['allow', 'review', 'challenge', 'block']),
    score: z.int().min(0).max(100),
    /** Machine codes with their figures, for example `card_velocity: 11 payments in 600 s, limit 10`. */
    reasons: z.array(z.string()),
    ruleVersion: z.int().min(1),
    assessedAt: z.iso.datetime(),
  }),
} as const;

export type FraudEventType = keyof typeof fraudEvents;
export type FraudEventData<T extends FraudEventType> = z.infer<(typeof fraudEvents)[T]>;
