import type { AttemptId } from '#domain';
import type { AcquirerAnswer, FindAnswer } from '../acquirer.ts';
import { moneyOfStripe } from './stripe-amounts.ts';
import { cardCodeOf, isExpiry, type CardDecline } from './stripe-decline-codes.ts';
import {
  authorizingKeyOf,
  marksOf,
  metadataNames,
  wasHeld,
  type Mark,
  type StripeIntent,
  type StripeRefund,
} from './stripe-objects.ts';

/** What an intent says of the attempt that authorized it, now or long afterwards. */
export function authorizationAnswer(intent: StripeIntent): AcquirerAnswer {
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return approvedAuthorization(intent);
    case 'requires_action': {
      const redirectUrl = intent.next_action?.redirect_to_url?.url;
      if (redirectUrl === null || redirectUrl === undefined) return unknown('the challenge has no page to go to');
      return { type: 'action_required', reference: intent.id, redirectUrl };
    }
    case 'requires_payment_method':
      return intent.last_payment_error ? declinedCard(intent.last_payment_error) : unknown('declined without a reason');
    case 'canceled':
      return canceledAuthorization(intent);
    default:
      // `processing` and whatever else comes: Stripe has not decided.
      return unknown(`the payment intent is ${intent.status}`);
  }
}

/** What an intent says of any attempt that left its key there. */
export function attemptAnswer(intent: StripeIntent, key: AttemptId): FindAnswer {
  if (authorizingKeyOf(intent) === key) return authorizationAnswer(intent);
  const mark = marksOf(intent).find((each) => each.key === key);
  switch (mark?.kind) {
    case 'capture':
      return approvedCapture(intent, mark);
    case 'increase':
      return approvedIncrease(intent, mark);
    case 'released':
      return approved(intent.id, null);
    case 'void':
      return voidAnswer(intent);
    case undefined:
      return { type: 'nothing_found' };
  }
}

export function refundAnswer(refund: StripeRefund): AcquirerAnswer {
  switch (refund.status) {
    case 'succeeded':
      return named(refund.id, refund.amount, refund.currency);
    case 'failed':
    case 'canceled': {
      const acquirerCode = refund.failure_reason ?? refund.status;
      return { type: 'declined', code: 'refund_declined', acquirerCode, message: `the refund is ${refund.status}` };
    }
    default:
      return unknown(`the refund is ${refund.status}`);
  }
}

export function declinedCard(decline: CardDecline): AcquirerAnswer {
  const acquirerCode = decline.decline_code || decline.code || 'card_error';
  const message = decline.message ?? 'the card was declined';
  return { type: 'declined', code: cardCodeOf(decline), acquirerCode, message };
}

function approvedAuthorization(intent: StripeIntent): AcquirerAnswer {
  const increases = sumOf(marksOf(intent), 'increase');
  const untouched = intent.status === 'requires_capture' && intent.amount_received === 0;
  const answer = named(intent.id, (untouched ? intent.amount_capturable : intent.amount) - increases, intent.currency);
  return answer.type === 'approved' ? { ...answer, expiresAt: expiryOf(intent) } : answer;
}

function canceledAuthorization(intent: StripeIntent): AcquirerAnswer {
  if (intent.last_payment_error) return declinedCard(intent.last_payment_error);
  // A hold that was released later was approved all the same.
  if (wasHeld(intent)) return approvedAuthorization(intent);
  const acquirerCode = intent.cancellation_reason ?? 'canceled';
  return {
    type: 'declined',
    code: 'authentication_expired',
    acquirerCode,
    message: 'canceled before it was confirmed',
  };
}

/**
 * The mark and the capture come in one call, so what Stripe received beyond the other captures is what it took for this
 * one. Nothing beyond them: the call left its mark and took nothing.
 */
function approvedCapture(intent: StripeIntent, mark: Mark): FindAnswer {
  const others = sumOf(marksOf(intent), 'capture') - mark.units;
  const units = intent.amount_received - others;
  if (units <= 0) return { type: 'nothing_found' };
  const charge = intent.latest_charge ?? intent.id;
  return named(typeof charge === 'string' ? charge : charge.id, units, intent.currency);
}

/** Stripe is told a new total, so two increases at once would be one: what is named is what this one added. */
function approvedIncrease(intent: StripeIntent, mark: Mark): FindAnswer {
  const original = Number(intent.metadata[metadataNames.amount]);
  if (!Number.isSafeInteger(original)) return approved(intent.id, null);
  const others = sumOf(marksOf(intent), 'increase') - mark.units;
  const units = intent.amount - original - others;
  return units <= 0 ? { type: 'nothing_found' } : named(intent.id, units, intent.currency);
}

/** The mark comes before the cancellation, so alone it proves only the intention. */
function voidAnswer(intent: StripeIntent): FindAnswer {
  if (intent.status === 'canceled' && isExpiry(intent.cancellation_reason)) {
    return declined('authorization_expired', intent);
  }
  if (intent.status === 'canceled') return approved(intent.id, null);
  if (intent.status === 'succeeded') return declined('authorization_captured', intent);
  return { type: 'nothing_found' };
}

function declined(code: 'authorization_expired' | 'authorization_captured', intent: StripeIntent): AcquirerAnswer {
  const acquirerCode = intent.cancellation_reason ?? intent.status;
  return { type: 'declined', code, acquirerCode, message: `the payment intent is ${intent.status}` };
}

function sumOf(marks: readonly Mark[], kind: Mark['kind']): number {
  return marks.filter((mark) => mark.kind === kind).reduce((sum, mark) => sum + mark.units, 0);
}

function named(reference: string, units: number, currency: string): AcquirerAnswer {
  const amount = moneyOfStripe(units, currency);
  return amount === undefined
    ? unknown(`${units} ${currency} is no amount that we know`)
    : approved(reference, amount.minor);
}

function approved(reference: string, amountMinor: bigint | null): AcquirerAnswer {
  return { type: 'approved', reference, amountMinor, expiresAt: null };
}

function unknown(reason: string): AcquirerAnswer {
  return { type: 'unknown', reason };
}

/** When the hold ends by itself; known where the charge came along. */
function expiryOf(intent: StripeIntent): Date | null {
  const charge = intent.latest_charge;
  if (charge === null || charge === undefined || typeof charge === 'string') return null;
  const captureBefore = charge.payment_method_details?.card?.capture_before;
  return captureBefore === null || captureBefore === undefined ? null : new Date(captureBefore * 1_000);
}
