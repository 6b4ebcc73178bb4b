import { z } from 'zod';
import { parseId, type AttemptId } from '#domain';

/**
 * What we read of Stripe's objects. Anything else under their name is no answer: the package believes whatever JSON it is
 * given.
 */
const chargeSchema = z.object({
  id: z.string().min(1),
  payment_method_details: z
    .object({ card: z.object({ capture_before: z.int().positive().nullish() }).nullish() })
    .nullish(),
});

const intentSchema = z.object({
  object: z.literal('payment_intent'),
  id: z.string().min(1),
  status: z.string(),
  amount: z.int().min(0),
  amount_capturable: z.int().min(0),
  amount_received: z.int().min(0),
  currency: z.string(),
  metadata: z.record(z.string(), z.string()),
  cancellation_reason: z.string().nullish(),
  latest_charge: z.union([z.string().min(1), chargeSchema]).nullish(),
  last_payment_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      advice_code: z.string().nullish(),
      message: z.string().nullish(),
    })
    .nullish(),
  next_action: z
    .object({ type: z.string(), redirect_to_url: z.object({ url: z.string().nullish() }).nullish() })
    .nullish(),
});
export type StripeIntent = z.infer<typeof intentSchema>;

const refundSchema = z.object({
  object: z.literal('refund'),
  id: z.string().min(1),
  status: z.string().nullable(),
  amount: z.int().min(0),
  currency: z.string(),
  metadata: z.record(z.string(), z.string()).nullish(),
  failure_reason: z.string().nullish(),
});
export type StripeRefund = z.infer<typeof refundSchema>;

/** Thrown at what is not the object that was asked for; whoever called knows as much as after silence. */
export class UnreadableObject extends Error {}

export function readIntent(value: unknown): StripeIntent {
  const intent = intentSchema.safeParse(value);
  if (!intent.success) throw new UnreadableObject('no payment intent that can be read');
  return intent.data;
}

export function readRefund(value: unknown): StripeRefund {
  const refund = refundSchema.safeParse(value);
  if (!refund.success) throw new UnreadableObject('no refund that can be read');
  return refund.data;
}

/** Names of what an authorization or a refund carries with it. */
export const metadataNames = { key: 'quittance_key', reference: 'reference', amount: 'quittance_amount' } as const;

/**
 * What later operations leave on the payment intent, each under its own attempt id, so that every one of them can be
 * found by its key. Stripe keeps 50 entries on an object and captures at most 50 times. `released`: a void of what
 * captures had left.
 */
export type MarkKind = 'capture' | 'increase' | 'void' | 'released';

export interface Mark {
  readonly key: AttemptId;
  readonly kind: MarkKind;
  /** In Stripe's units; 0 where the operation names none. */
  readonly units: number;
}

export function markOf(key: AttemptId, kind: MarkKind, units?: number): Record<string, string> {
  return { [key]: units === undefined ? kind : `${kind} ${units}` };
}

const markPattern = /^(capture|increase|void|released)(?: (\d{1,15}))?$/;

export function marksOf(intent: StripeIntent): Mark[] {
  return Object.entries(intent.metadata).flatMap(([name, value]) => {
    const key = parseId('att', name);
    const match = markPattern.exec(value);
    return key === undefined || match === null
      ? []
      : [{ key, kind: match[1] as MarkKind, units: Number(match[2] ?? '0') }];
  });
}

/** The attempt that authorized; undefined for an intent that is not ours. */
export function authorizingKeyOf(intent: StripeIntent): AttemptId | undefined {
  return parseId('att', intent.metadata[metadataNames.key] ?? '');
}

/** Money was held once, whatever became of it. */
export function wasHeld(intent: StripeIntent): boolean {
  const charged = intent.latest_charge !== null && intent.latest_charge !== undefined;
  return charged && (intent.last_payment_error === null || intent.last_payment_error === undefined);
}
