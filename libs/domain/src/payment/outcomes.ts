import { invariant } from '../primitives/invariant.ts';
import { nextPaymentState } from './lifecycle.ts';
import type { Decline, Payment } from './payment.ts';

/** What became of what was asked. Each returns the payment as it stands afterwards; none of them can be refused. */

export function authorized(payment: Payment): Payment {
  return {
    ...payment,
    state: nextPaymentState(payment.state, 'authorize'),
    balance: { ...payment.balance, authorized: payment.amount.minor },
  };
}

export function declined(payment: Payment, decline: Decline): Payment {
  return { ...payment, state: nextPaymentState(payment.state, 'decline'), decline };
}

/** Could not be completed; nothing was taken, and what was held has been released. */
export function failed(payment: Payment): Payment {
  const { authorized: held, captured: taken } = payment.balance;
  invariant(taken === 0n, 'a payment of which something was captured cannot fail');
  return {
    ...payment,
    state: nextPaymentState(payment.state, 'fail'),
    balance: { ...payment.balance, capturePending: 0n, voided: held },
  };
}

export function sentToReview(payment: Payment): Payment {
  return { ...payment, state: nextPaymentState(payment.state, 'send_to_review') };
}

/** A person let it pass: from here on it is charged like any other, and can no longer be withdrawn by a void. */
export function passedReview(payment: Payment): Payment {
  return { ...payment, state: nextPaymentState(payment.state, 'pass_review') };
}

/** `final` releases what is left of the hold with this capture. */
export function captured(payment: Payment, amountMinor: bigint, final: boolean): Payment {
  const before = payment.balance;
  const capturedNow = before.captured + amountMinor;
  const capturePending = before.capturePending - amountMinor;
  const left = before.authorized - before.voided - capturedNow - capturePending;
  const balance = {
    ...before,
    captured: capturedNow,
    capturePending,
    voided: final ? before.voided + left : before.voided,
  };
  const closed = final || (left === 0n && capturePending === 0n);
  return { ...payment, balance, state: nextPaymentState(payment.state, closed ? 'capture_rest' : 'capture_part') };
}

export function captureRefused(payment: Payment, amountMinor: bigint): Payment {
  return { ...payment, balance: { ...payment.balance, capturePending: payment.balance.capturePending - amountMinor } };
}

export function voided(payment: Payment): Payment {
  return {
    ...payment,
    state: nextPaymentState(payment.state, 'void'),
    balance: { ...payment.balance, voided: payment.balance.authorized },
  };
}

export function voidRefused(payment: Payment): Payment {
  return { ...payment, state: nextPaymentState(payment.state, 'refuse_void') };
}

export function refunded(payment: Payment, amountMinor: bigint): Payment {
  const before = payment.balance;
  const balance = {
    ...before,
    refunded: before.refunded + amountMinor,
    refundPending: before.refundPending - amountMinor,
  };
  const open = balance.authorized - balance.voided - balance.captured;
  const everything = balance.refunded === balance.captured && open === 0n;
  return { ...payment, balance, state: nextPaymentState(payment.state, everything ? 'refund_rest' : 'refund_part') };
}

export function refundRefused(payment: Payment, amountMinor: bigint): Payment {
  return { ...payment, balance: { ...payment.balance, refundPending: payment.balance.refundPending - amountMinor } };
}
