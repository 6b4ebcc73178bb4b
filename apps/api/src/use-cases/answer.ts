import type { CurrencyCode, Payment, PaymentAction, PaymentId, PaymentStatus } from '#domain';

/** The mutations that money depends on. Idempotency keys are kept apart by them. */
export type MoneyOperation =
  | 'create_payment'
  | 'increase_authorization'
  | 'capture_payment'
  | 'void_payment'
  | 'refund_payment'
  | 'submit_dispute_evidence';

/** Why a mutation was refused. Stored with its idempotency key, so that a retry hears the same; only JSON in here. */
export type Refusal = { readonly message: string; readonly path: readonly string[] } & (
  | { readonly code: 'invalid_input' }
  | { readonly code: 'not_found' }
  | { readonly code: 'currency_not_enabled' }
  | { readonly code: 'reference_taken' }
  | {
      readonly code: 'invalid_state';
      readonly currentStatus: PaymentStatus;
      readonly allowedActions: readonly PaymentAction[];
    }
  | { readonly code: 'amount_exceeded'; readonly availableMinor: number; readonly currency: CurrencyCode }
  | { readonly code: 'idempotency_key_reused'; readonly firstSeenAt: string }
);

/** What became of a mutation. `replayed`: the key had been used before, and this is what it did then. */
export type Answer =
  | {
      readonly kind: 'accepted';
      readonly replayed: boolean;
      readonly paymentId: PaymentId;
      /** The capture, refund or increase (`cap_…`, `ref_…`, `inc_…`) that the mutation made, or the dispute (`dsp_…`) that it answered. */
      readonly operationId: string | null;
      /** The payment as it was just written, when nobody waited for more; spares whoever answers from reading it again. */
      readonly written?: { readonly payment: Payment; readonly metadata: object };
    }
  | { readonly kind: 'refused'; readonly replayed: boolean; readonly refusal: Refusal };

export function refused(refusal: Refusal): Answer {
  return { kind: 'refused', replayed: false, refusal };
}
