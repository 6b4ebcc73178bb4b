import type { ErrorBody } from './errors.ts';

/**
 * What goes wrong with a call. `…_done`: only after the thing was done. `hang` never answers, `drop` resets the
 * connection, `garbage` is a body that nobody agreed to.
 */
export type FaultKind =
  | 'hang'
  | 'hang_done'
  | 'drop'
  | 'drop_done'
  | 'garbage_done'
  | 'foreign_done'
  | 'error_500'
  | 'error_500_done'
  | 'rate_limit'
  | 'lock_timeout'
  | 'key_in_use'
  | 'no_key';

interface Fault {
  readonly on: RegExp;
  readonly kind: FaultKind;
  left: number;
}

export interface FaultAnswer {
  readonly status: number;
  readonly error: ErrorBody;
}

export const faultAnswers: Partial<Readonly<Record<FaultKind, FaultAnswer>>> = {
  error_500: { status: 500, error: { type: 'api_error', message: 'An unknown error occurred' } },
  error_500_done: { status: 500, error: { type: 'api_error', message: 'An unknown error occurred' } },
  rate_limit: {
    status: 429,
    error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests hit the API too quickly.' },
  },
  lock_timeout: {
    status: 429,
    error: {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message: 'This object cannot be accessed right now.',
    },
  },
  key_in_use: {
    status: 409,
    error: {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this Idempotent Key.',
    },
  },
  no_key: { status: 401, error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } },
};

/** The faults that were ordered, by the calls that they wait for: `POST /v1/refunds`. */
export class Faults {
  private readonly ordered: Fault[] = [];

  order(on: RegExp, kind: FaultKind, times: number): void {
    this.ordered.push({ on, kind, left: times });
  }

  clear(): void {
    this.ordered.length = 0;
  }

  next(call: string): FaultKind | undefined {
    const fault = this.ordered.find(({ on, left }) => left > 0 && on.test(call));
    if (fault === undefined) return undefined;
    fault.left -= 1;
    return fault.kind;
  }
}
