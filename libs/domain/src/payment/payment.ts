import type { CurrencyCode } from '../money/currency.ts';
import type { Money } from '../money/money.ts';
import type { MerchantId, PaymentId } from '../primitives/type-id.ts';
import type { PaymentState } from './lifecycle.ts';

export type CaptureMethod = 'automatic' | 'manual';

/**
 * The guard row: every amount that money decisions depend on, in minor units of the payment's currency. The database
 * holds the same rules as CHECK constraints, so that a race which slips past the code ends there.
 *
 *   capturePending + captured + voidPending + voided ≤ authorized      refundPending + refunded ≤ captured
 *   disputed + chargedBack ≤ authorized
 *
 * Disputes are not ours to refuse. They may be about money that was refunded already, or that an acquirer has captured while
 * we are still waiting for its answer, and so they are not part of the sums before.
 */
export interface Balance {
  readonly authorized: bigint;
  readonly capturePending: bigint;
  readonly captured: bigint;
  readonly refundPending: bigint;
  readonly refunded: bigint;
  /** What is left after a capture, on its way to be released. */
  readonly voidPending: bigint;
  /** Released to the cardholder without having been captured. */
  readonly voided: bigint;
  /** Asked of the acquirer; until it has answered nobody captures, voids or asks for more. */
  readonly increasePending: bigint;
  /** Of disputes that are open; while there are any, nothing is refunded. */
  readonly disputed: bigint;
  /** Of disputes that were lost: the cardholder has it back. */
  readonly chargedBack: bigint;
}

export interface Decline {
  readonly code: string;
  readonly message: string;
  /** Whether the same card may work later or elsewhere (a soft decline). */
  readonly retryable: boolean;
  readonly source: 'issuer' | 'acquirer' | 'risk';
}

/** What merchant and platform agreed; the payment keeps the terms that it was born with. Amounts in minor units. */
export interface Terms {
  readonly feeBasisPoints: number;
  readonly feeFixed: bigint;
  readonly riskLimit: bigint;
  readonly riskFloor: bigint;
  /** Version of the merchant's routing configuration; 0 is the platform's own. */
  readonly routingVersion: number;
  /** How long a payment may wait in line when no acquirer can be used. */
  readonly patienceMs: number;
}

export interface Payment {
  readonly id: PaymentId;
  readonly merchantId: MerchantId;
  /** The merchant's own order id. */
  readonly reference: string;
  /** 1 for the first payment of a reference; a declined or failed one may be tried again as 2, 3, … */
  readonly attemptNumber: number;
  readonly state: PaymentState;
  readonly captureMethod: CaptureMethod;
  readonly amount: Money;
  readonly balance: Balance;
  readonly cardToken: string;
  readonly decline: Decline | null;
  /** Where the customer's browser goes after a challenge. */
  readonly returnUrl: string | null;
  /** Where the customer has to act; null unless the payment requires it. */
  readonly redirectUrl: string | null;
  /** When the hold ends, by our own reckoning or the acquirer's word, whichever is sooner. */
  readonly authorizationExpiresAt: Date | null;
  readonly terms: Terms;
  /** Version of the last event; events of a payment are numbered 1…n without a gap. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const emptyBalance: Balance = {
  authorized: 0n,
  capturePending: 0n,
  captured: 0n,
  refundPending: 0n,
  refunded: 0n,
  voidPending: 0n,
  voided: 0n,
  increasePending: 0n,
  disputed: 0n,
  chargedBack: 0n,
};

export type PaymentAction = 'CAPTURE' | 'VOID' | 'REFUND';

/** Authorized and neither captured nor released, nor about to be. */
export function capturable(payment: Payment): Money {
  const { authorized, capturePending, captured, voidPending, voided } = payment.balance;
  return inCurrencyOf(payment, authorized - capturePending - captured - voidPending - voided);
}

/** Captured and neither refunded, nor about to be, nor charged back. What was given back twice leaves nothing, not less. */
export function refundable(payment: Payment): Money {
  const { captured, refundPending, refunded, chargedBack } = payment.balance;
  const left = captured - refundPending - refunded - chargedBack;
  return inCurrencyOf(payment, left > 0n ? left : 0n);
}

/** Whether a dispute is open. A refund beside it could give the money back twice. */
export function isDisputed(payment: Payment): boolean {
  return payment.balance.disputed > 0n;
}

/** What the merchant may ask for now, in the order in which people read it. */
export function allowedActions(payment: Payment): PaymentAction[] {
  const actions: PaymentAction[] = [];
  if (canCapture(payment)) actions.push('CAPTURE');
  if (canVoid(payment)) actions.push('VOID');
  if (canRefund(payment)) actions.push('REFUND');
  return actions;
}

export function canCapture(payment: Payment): boolean {
  const open: readonly PaymentState[] = ['authorized', 'partially_captured', 'partially_refunded'];
  const isFree = payment.balance.increasePending === 0n;
  return open.includes(payment.state) && isFree && capturable(payment).minor > 0n;
}

/** A void releases what is still held while nobody takes from it, or withdraws a payment that a person still looks at. */
export function canVoid(payment: Payment): boolean {
  if (payment.state === 'in_review') return true;
  return canCapture(payment) && payment.balance.capturePending === 0n;
}

/** What is left of the hold: nothing, something that somebody takes or releases just now, or something that nobody does. */
export function restOfHold(payment: Payment): 'none' | 'busy' | 'open' {
  const { capturePending, voidPending, increasePending } = payment.balance;
  if (payment.state === 'voiding' || capturePending + voidPending + increasePending > 0n) return 'busy';
  return canCapture(payment) ? 'open' : 'none';
}

/** Whether the hold can be made larger: as long as nothing was taken from it or released, or is about to be. */
export function canIncrease(payment: Payment): boolean {
  const { capturePending, increasePending } = payment.balance;
  return payment.state === 'authorized' && capturePending === 0n && increasePending === 0n;
}

export function canRefund(payment: Payment): boolean {
  const taken: readonly PaymentState[] = ['partially_captured', 'captured', 'partially_refunded'];
  return taken.includes(payment.state) && !isDisputed(payment) && refundable(payment).minor > 0n;
}

export function inCurrencyOf(payment: Payment, minor: bigint): Money<CurrencyCode> {
  return { minor, currency: payment.amount.currency };
}
