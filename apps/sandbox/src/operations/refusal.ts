export type RefusalCode =
  | 'invalid_request'
  | 'unknown_acquirer'
  | 'unknown_token'
  | 'unknown_authorization'
  | 'unknown_dispute'
  | 'idempotency_key_reused';

/** A call that the acquirer does not take: it changed nothing and the idempotency key is as free as it was. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
