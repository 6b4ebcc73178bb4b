import type { AttemptId, AttemptOperation, Money } from '#domain';

/** One operation as we ask for it. */
export interface AcquirerRequest {
  /** Our attempt id, and so the acquirer's idempotency key: the same key again is the same operation. */
  readonly key: AttemptId;
  readonly operation: AttemptOperation;
  readonly amount: Money;
  readonly cardToken: string;
  /** Names the payment: all attempts of one payment carry the same. */
  readonly reference: string;
  /** The acquirer's id of the authorization; null for the authorization itself. */
  readonly authorization: string | null;
  /** Whether a capture releases what it leaves. */
  readonly final: boolean;
}

/** The four answers. A timeout is `unknown`, never a decline; only `not_sent` may be tried elsewhere. */
export type AcquirerAnswer =
  | { readonly type: 'approved'; readonly reference: string; readonly amountMinor: bigint | null }
  | { readonly type: 'declined'; readonly code: string; readonly soft: boolean; readonly message: string }
  | { readonly type: 'not_sent'; readonly reason: string }
  | { readonly type: 'unknown'; readonly reason: string };

/** What the acquirer says of a key: an answer, or that it knows nothing of it (yet). */
export type FindAnswer = AcquirerAnswer | { readonly type: 'nothing_found' };

/** What every connector offers. It never throws: whatever goes wrong is one of the answers. */
export interface Acquirer {
  readonly name: string;
  send(request: AcquirerRequest): Promise<AcquirerAnswer>;
  find(key: AttemptId): Promise<FindAnswer>;
  close(): Promise<void>;
}
