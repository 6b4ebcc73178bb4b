import type { Intent } from './objects.ts';

/** The body of an error, in Stripe's words. */
export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly code?: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly param?: string;
  readonly message: string;
  readonly payment_intent?: Intent;
}

export class StandInError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

export function noSuch(what: string, id: string, param = 'intent'): StandInError {
  const message = `No such ${what}: '${id}'`;
  return new StandInError(404, { type: 'invalid_request_error', code: 'resource_missing', param, message });
}

export function invalid(message: string, more: Partial<ErrorBody> = {}): StandInError {
  return new StandInError(400, { type: 'invalid_request_error', message, ...more });
}

export function unexpectedState(intent: Intent, verb: string, allowed: string): StandInError {
  return invalid(
    `This PaymentIntent could not be ${verb} because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${verb}: ${allowed}.`,
    { code: 'payment_intent_unexpected_state', payment_intent: intent },
  );
}
