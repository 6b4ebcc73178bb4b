import { invariant } from '../primitives/invariant.ts';

/**
 * Where a payment stands. Finer than what merchants see: `voiding` is AUTHORIZED with nothing allowed, because the money
 * is still held until the acquirer has confirmed the release.
 */
export type PaymentState =
  | 'processing'
  | 'requires_action'
  | 'in_review'
  | 'authorized'
  | 'voiding'
  | 'partially_captured'
  | 'captured'
  | 'partially_refunded'
  | 'refunded'
  | 'voided'
  | 'expired'
  | 'declined'
  | 'failed';

/**
 * What can happen to a payment. `…_part` leaves something to do of the same kind, `…_rest` leaves nothing; `release_rest`
 * ends a hold of which something was taken.
 */
export type PaymentEvent =
  | 'require_action'
  | 'send_to_review'
  | 'pass_review'
  | 'authorize'
  | 'decline'
  | 'fail'
  | 'start_void'
  | 'void'
  | 'refuse_void'
  | 'expire'
  | 'release_rest'
  | 'capture_part'
  | 'capture_rest'
  | 'refund_part'
  | 'refund_rest';

/** Read a row as: in this state, on that event, go there. A missing cell is an illegal move. */
export const paymentTransitions = {
  processing: {
    require_action: 'requires_action',
    send_to_review: 'in_review',
    authorize: 'authorized',
    decline: 'declined',
    fail: 'failed',
  },
  requires_action: {
    require_action: 'requires_action',
    authorize: 'authorized',
    decline: 'declined',
    fail: 'failed',
  },
  in_review: { pass_review: 'processing', decline: 'declined', void: 'voided' },
  authorized: {
    start_void: 'voiding',
    expire: 'expired',
    fail: 'failed',
    capture_part: 'partially_captured',
    capture_rest: 'captured',
  },
  // A refused automatic capture releases the hold and fails the payment: nothing was taken.
  voiding: { void: 'voided', refuse_void: 'authorized', expire: 'expired', fail: 'failed' },
  partially_captured: {
    capture_part: 'partially_captured',
    capture_rest: 'captured',
    release_rest: 'captured',
    refund_part: 'partially_refunded',
  },
  captured: { refund_part: 'partially_refunded', refund_rest: 'refunded' },
  partially_refunded: {
    capture_part: 'partially_refunded',
    capture_rest: 'partially_refunded',
    release_rest: 'partially_refunded',
    refund_part: 'partially_refunded',
    refund_rest: 'refunded',
  },
  refunded: {},
  voided: {},
  expired: {},
  declined: {},
  failed: {},
} as const satisfies Record<PaymentState, Partial<Record<PaymentEvent, PaymentState>>>;

/** The only way to a new state. An illegal move is a broken promise of our own code, never a customer's mistake. */
export function nextPaymentState(state: PaymentState, event: PaymentEvent): PaymentState {
  const row: Partial<Record<PaymentEvent, PaymentState>> = paymentTransitions[state];
  const next = row[event];
  invariant(next !== undefined, `a payment that is ${state} cannot ${event}; it can: ${Object.keys(row).join(', ')}`);
  return next;
}

/** What merchants see of a state. */
export type PaymentStatus =
  | 'PROCESSING'
  | 'REQUIRES_ACTION'
  | 'IN_REVIEW'
  | 'AUTHORIZED'
  | 'PARTIALLY_CAPTURED'
  | 'CAPTURED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'
  | 'VOIDED'
  | 'EXPIRED'
  | 'DECLINED'
  | 'FAILED';

const statusOfState = {
  processing: 'PROCESSING',
  requires_action: 'REQUIRES_ACTION',
  in_review: 'IN_REVIEW',
  authorized: 'AUTHORIZED',
  voiding: 'AUTHORIZED',
  partially_captured: 'PARTIALLY_CAPTURED',
  captured: 'CAPTURED',
  partially_refunded: 'PARTIALLY_REFUNDED',
  refunded: 'REFUNDED',
  voided: 'VOIDED',
  expired: 'EXPIRED',
  declined: 'DECLINED',
  failed: 'FAILED',
} as const satisfies Record<PaymentState, PaymentStatus>;

export function statusOf(state: PaymentState): PaymentStatus {
  return statusOfState[state];
}

/** The states behind a status, for filters. */
export function statesOf(status: PaymentStatus): PaymentState[] {
  return (Object.keys(statusOfState) as PaymentState[]).filter((state) => statusOfState[state] === status);
}
