import { Stripe } from 'stripe';
import type { AttemptOperation } from '#domain';
import type { AcquirerAnswer } from '../acquirer.ts';
import { declinedCard } from './stripe-answers.ts';
import { StripeCallBroken } from './stripe-connection.ts';
import { refusalCodeOf } from './stripe-decline-codes.ts';

/** Somebody else holds the object or the key for a moment. */
const conflict = 409;

/** The key was used for another request: what it did then has to be looked up. */
export interface KeyReused {
  readonly type: 'key_reused';
  readonly reason: string;
}

/** There is no answer to what was asked. */
type NoAnswer = Extract<AcquirerAnswer, { type: 'not_sent' | 'unknown' }> | KeyReused;

/**
 * What a failed call tells. It speaks of this very call: `not_sent` promises that this call did nothing, not that an
 * earlier one with the same key did not.
 */
export function answerOfFailure(failure: unknown, operation: AttemptOperation): AcquirerAnswer | KeyReused {
  if (failure instanceof Stripe.errors.StripeCardError) return declinedCard(failure);
  return isRefusal(failure) ? answerOfRefusal(failure, operation) : noAnswerOf(failure);
}

/** Stripe looked at the request and will not do it. What it does not know at all is another matter: we had it from Stripe. */
export function isRefusal(failure: unknown): failure is Stripe.errors.StripeInvalidRequestError {
  if (!(failure instanceof Stripe.errors.StripeInvalidRequestError)) return false;
  return failure.code !== 'resource_missing' || failure.param === 'payment_method';
}

export function noAnswerOf(failure: unknown): NoAnswer {
  const reason = failure instanceof Error ? failure.message : String(failure);
  const { errors } = Stripe;
  if (failure instanceof errors.StripeConnectionError) {
    const broken: unknown = failure.detail;
    if (!(broken instanceof StripeCallBroken)) return { type: 'unknown', reason };
    return { type: broken.neverConnected ? 'not_sent' : 'unknown', reason: broken.message };
  }
  if (failure instanceof errors.StripeIdempotencyError) return { type: 'key_reused', reason };
  // Turned away at the door: the rate limit, or a lock that another call holds (`lock_timeout`).
  if (failure instanceof errors.StripeRateLimitError) return { type: 'not_sent', reason };
  // The account's keys are wrong, which is nothing that a payment should fail for.
  if (failure instanceof errors.StripeAuthenticationError || failure instanceof errors.StripePermissionError) {
    return { type: 'not_sent', reason };
  }
  if (failure instanceof errors.StripeAPIError && failure.statusCode === conflict && failure.code === 'lock_timeout') {
    return { type: 'not_sent', reason };
  }
  // `idempotency_key_in_use` is among these: the other call with this key may be doing it right now.
  return { type: 'unknown', reason };
}

function answerOfRefusal(
  failure: Stripe.errors.StripeInvalidRequestError,
  operation: AttemptOperation,
): AcquirerAnswer {
  const code = refusalCodeOf(
    {
      code: failure.code,
      param: failure.param,
      intentStatus: failure.payment_intent?.status,
      cancellationReason: failure.payment_intent?.cancellation_reason ?? undefined,
    },
    operation,
  );
  return { type: 'declined', code, acquirerCode: failure.code ?? 'invalid_request_error', message: failure.message };
}
