import { invariant } from '../primitives/invariant.ts';
import { nextPaymentState } from './lifecycle.ts';
import type { Balance, Decline, Payment } from './payment.ts';
import { releasingRest } from './requests.ts';

/** What became of what was asked. Each returns the payment as it stands afterwards; none of them can be refused. */

/** The acquirer wants to see the customer first. */
export function actionRequired(payment: Payment, redirectUrl: string): Payment {
  return { ...payment, state: nextPaymentState(payment.state, 'require_action'), redirectUrl };
}

/** `expiresAt`: when the hold ends. */
export function authorized(payment: Payment, expiresAt: Date): Payment {
  return {
    ...payment,
    redirectUrl: null,
    authorizationExpiresAt: expiresAt,
    state: nextPaymentState(payment.state, 'authorize'),
    balance: { ...payment.balance, authorized: payment.amount.minor },
  };
}

export function declined(payment: Payment, decline: Decline): Payment {
  return { ...payment, redirectUrl: null, state: nextPaymentState(payment.state, 'decline'), decline };
}

/** Could not be completed; nothing was taken, and what was held has been released. */
export function failed(payment: Payment): Payment {
  const { authorized: held, captured: taken } = payment.balance;
  invariant(taken === 0n, 'a payment of which something was captured cannot fail');
  return {
    ...payment,
    redirectUrl: null,
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

/** `final` releases what is left of the hold with this capture; other captures may still be on their way. */
export function captured(payment: Payment, amountMinor: bigint, final: boolean): Payment {
  const before = payment.balance;
  const taken = {
    ...before,
    captured: before.captured + amountMinor,
    capturePending: before.capturePending - amountMinor,
  };
  const balance = final ? withRestReleased(taken) : taken;
  return {
    ...payment,
    balance,
    state: nextPaymentState(payment.state, isOver(balance) ? 'capture_rest' : 'capture_part'),
  };
}

/** What was set aside for it can be captured again, unless the hold has ended meanwhile: then it has gone with the hold. */
export function captureRefused(payment: Payment, amountMinor: bigint, final: boolean): Payment {
  const before = payment.balance;
  const balance = {
    ...before,
    capturePending: before.capturePending - amountMinor,
    voidPending: final ? 0n : before.voidPending,
  };
  const refused = { ...payment, balance };
  return before.voided > 0n ? restReleased(refused) : refused;
}

/** What was still held has been released. */
export function voided(payment: Payment): Payment {
  if (payment.balance.captured > 0n) return restReleased(payment);
  return {
    ...payment,
    state: nextPaymentState(payment.state, 'void'),
    balance: { ...payment.balance, voided: payment.balance.authorized },
  };
}

export function voidRefused(payment: Payment): Payment {
  if (payment.balance.captured > 0n) return { ...payment, balance: { ...payment.balance, voidPending: 0n } };
  return { ...payment, state: nextPaymentState(payment.state, 'refuse_void') };
}

/** The hold is of no use any more: nobody may take from it while it is being released. */
export function expiring(payment: Payment): Payment {
  if (payment.balance.captured > 0n) return releasingRest(payment);
  return { ...payment, state: nextPaymentState(payment.state, 'start_void') };
}

/** The hold has ended by itself. What is still on its way to be captured may have been taken before, and keeps its amount. */
export function expired(payment: Payment): Payment {
  return restReleased(payment);
}

/** Whoever still takes from the hold ends it: then it is captured, or it has expired. */
function restReleased(payment: Payment): Payment {
  const balance = withRestReleased(payment.balance);
  if (balance.voided === payment.balance.voided) return payment;
  if (!isOver(balance)) return { ...payment, balance };
  return { ...payment, balance, state: nextPaymentState(payment.state, endOf(balance)) };
}

function endOf({ captured: taken, refunded: returned }: Balance): 'expire' | 'refund_rest' | 'release_rest' {
  if (taken === 0n) return 'expire';
  return taken === returned ? 'refund_rest' : 'release_rest';
}

function withRestReleased(balance: Balance): Balance {
  return { ...balance, voidPending: 0n, voided: balance.authorized - balance.captured - balance.capturePending };
}

/** Whether nothing of the hold is left, nor on its way. */
function isOver({ authorized: held, captured: taken, voided: released }: Balance): boolean {
  return held === taken + released;
}

export function increased(payment: Payment, amountMinor: bigint): Payment {
  const { amount, balance } = payment;
  return {
    ...payment,
    amount: { ...amount, minor: amount.minor + amountMinor },
    balance: {
      ...balance,
      authorized: balance.authorized + amountMinor,
      increasePending: balance.increasePending - amountMinor,
    },
  };
}

export function increaseRefused(payment: Payment, amountMinor: bigint): Payment {
  const { balance } = payment;
  return { ...payment, balance: { ...balance, increasePending: balance.increasePending - amountMinor } };
}

export function refunded(payment: Payment, amountMinor: bigint): Payment {
  const before = payment.balance;
  const balance = {
    ...before,
    refunded: before.refunded + amountMinor,
    refundPending: before.refundPending - amountMinor,
  };
  const everything = balance.refunded === balance.captured && isOver(balance);
  return { ...payment, balance, state: nextPaymentState(payment.state, everything ? 'refund_rest' : 'refund_part') };
}

export function refundRefused(payment: Payment, amountMinor: bigint): Payment {
  return { ...payment, balance: { ...payment.balance, refundPending: payment.balance.refundPending - amountMinor } };
}
