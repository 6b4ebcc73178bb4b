import type { Money } from '../money/money.ts';
import { err, ok, type Result } from '../primitives/result.ts';
import { nextPaymentState } from './lifecycle.ts';
import {
  canCapture,
  canIncrease,
  canRefund,
  canVoid,
  capturable,
  inCurrencyOf,
  isDisputed,
  refundable,
  type Payment,
} from './payment.ts';

/** Why a merchant's request was refused. Edges translate the code; the facts travel with it. */
export type RequestRejection =
  | { readonly code: 'payment_not_capturable'; readonly payment: Payment }
  | { readonly code: 'capture_exceeds_authorization'; readonly available: Money }
  | { readonly code: 'payment_not_voidable'; readonly payment: Payment }
  | { readonly code: 'payment_not_increasable'; readonly payment: Payment }
  | { readonly code: 'amount_too_large'; readonly available: Money }
  | { readonly code: 'payment_not_refundable'; readonly payment: Payment }
  | { readonly code: 'payment_disputed'; readonly payment: Payment }
  | { readonly code: 'refund_exceeds_capture'; readonly available: Money }
  | { readonly code: 'currency_differs'; readonly expected: string };

export interface RequestedMovement {
  readonly payment: Payment;
  readonly amount: Money;
}

/**
 * Sets money aside for a capture. `amount` absent means all that is left. Beside a `final` one nobody takes from the rest,
 * which is released with it.
 */
export function requestCapture(
  payment: Payment,
  amount: Money | undefined,
  final: boolean,
): Result<RequestedMovement, RequestRejection> {
  if (amount !== undefined && amount.currency !== payment.amount.currency) return differentCurrency(payment);
  if (!canCapture(payment)) return err({ code: 'payment_not_capturable', payment });
  const available = capturable(payment);
  const taken = amount ?? available;
  if (taken.minor > available.minor) return err({ code: 'capture_exceeds_authorization', available });
  const balance = { ...payment.balance, capturePending: payment.balance.capturePending + taken.minor };
  const requested = { ...payment, balance };
  return ok({
    payment: final ? releasingRest(requested) : requested,
    amount: inCurrencyOf(payment, taken.minor),
  });
}

/**
 * Starts to release what is still held; a payment in review has no hold yet and ends at once. Asking again for what is
 * already done or on its way is no error: the payment comes back as it was.
 */
export function requestVoid(payment: Payment): Result<Payment, RequestRejection> {
  const { voidPending, capturePending } = payment.balance;
  // With a capture on its way it is that one, a final one, that releases the rest.
  const isReleasing = voidPending > 0n && capturePending === 0n;
  if (payment.state === 'voiding' || payment.state === 'voided' || isReleasing) return ok(payment);
  if (!canVoid(payment)) return err({ code: 'payment_not_voidable', payment });
  if (payment.balance.captured > 0n) return ok(releasingRest(payment));
  const event = payment.state === 'in_review' ? 'void' : 'start_void';
  return ok({ ...payment, state: nextPaymentState(payment.state, event) });
}

/** Sets what is left beside captures aside to be released. */
export function releasingRest(payment: Payment): Payment {
  return { ...payment, balance: { ...payment.balance, voidPending: capturable(payment).minor } };
}

/** Beyond 2^53 − 1 a JSON integer is another amount at the receiver. */
const amountMinorMax = 9_007_199_254_740_991n;

/** Asks for more to be held. The hold grows when the acquirer has said so; until then nobody touches it. */
export function requestIncrease(payment: Payment, amount: Money): Result<RequestedMovement, RequestRejection> {
  if (amount.currency !== payment.amount.currency) return differentCurrency(payment);
  if (!canIncrease(payment)) return err({ code: 'payment_not_increasable', payment });
  const roomMinor = amountMinorMax - payment.amount.minor;
  if (amount.minor > roomMinor) return err({ code: 'amount_too_large', available: inCurrencyOf(payment, roomMinor) });
  const balance = { ...payment.balance, increasePending: amount.minor };
  return ok({ payment: { ...payment, balance }, amount });
}

/** Sets captured money aside for a refund. `amount` absent means all that is left. */
export function requestRefund(
  payment: Payment,
  amount: Money | undefined,
): Result<RequestedMovement, RequestRejection> {
  if (amount !== undefined && amount.currency !== payment.amount.currency) return differentCurrency(payment);
  if (isDisputed(payment)) return err({ code: 'payment_disputed', payment });
  const available = refundable(payment);
  // Somebody else's refund may be on its way for all of it: that is a question of the amount, not of the state.
  const drained = payment.balance.captured > 0n && available.minor === 0n;
  if (drained) return err({ code: 'refund_exceeds_capture', available });
  if (!canRefund(payment)) return err({ code: 'payment_not_refundable', payment });
  const taken = amount ?? available;
  if (taken.minor > available.minor) return err({ code: 'refund_exceeds_capture', available });
  const balance = { ...payment.balance, refundPending: payment.balance.refundPending + taken.minor };
  return ok({ payment: { ...payment, balance }, amount: inCurrencyOf(payment, taken.minor) });
}

function differentCurrency(payment: Payment): Result<never, RequestRejection> {
  return err({ code: 'currency_differs', expected: payment.amount.currency });
}
