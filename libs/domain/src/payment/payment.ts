import type { CurrencyCode } from '../money/currency.ts';
import type { Money } from '../money/money.ts';
import type { MerchantId, PaymentId } from '../primitives/type-id.ts';
import type { PaymentState } from './lifecycle.ts';

export type CaptureMethod = 'automatic' | 'manual';

/**
 * The guard row: every amount that money decisions depend on, in minor units of the payment's currency. The database
 * holds the same rules as CHECK constraints, so that a race which slips past the code ends there.
 *
 *   capturePending + captured + voided ≤ authorized      refundPending + refunded ≤ captured
 */
export interface Balance {
  readonly authorized: bigint;
  readonly capturePending: bigint;
  readonly captured: bigint;
  readonly refundPending: bigint;
  readonly refunded: bigint;
  /** Released to the cardholder without having been captured. */
  readonly voided: bigint;
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
  voided: 0n,
};

export type PaymentAction = 'CAPTURE' | 'VOID' | 'REFUND';

/** Authorized and neither captured, nor about to be, nor released. */
export function capturable(payment: Payment): Money {
  const { authorized, capturePending, captured, voided } = payment.balance;
  return inCurrencyOf(payment, authorized - capturePending - captured - voided);
}

/** Captured and neither refunded nor about to be. */
export function refundable(payment: Payment): Money {
  const { captured, refundPending, refunded } = payment.balance;
  return inCurrencyOf(payment, captured - refundPending - refunded);
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
  return open.includes(payment.state) && capturable(payment).minor > 0n;
}

/** A void releases the whole hold: before any capture has been asked for, or while a person still looks at the payment. */
export function canVoid(payment: Payment): boolean {
  if (payment.state === 'in_review') return true;
  return payment.state === 'authorized' && payment.balance.capturePending === 0n;
}

export function canRefund(payment: Payment): boolean {
  const taken: readonly PaymentState[] = ['partially_captured', 'captured', 'partially_refunded'];
  return taken.includes(payment.state) && refundable(payment).minor > 0n;
}

export function inCurrencyOf(payment: Payment, minor: bigint): Money<CurrencyCode> {
  return { minor, currency: payment.amount.currency };
}
