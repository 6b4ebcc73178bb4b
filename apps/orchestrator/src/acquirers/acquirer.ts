import type { AttemptId, AttemptOperation, DeclineCode, DisputeId, Money } from '#domain';

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
  /** Where the customer's browser goes after a challenge; null leaves it with the acquirer. */
  readonly returnUrl: string | null;
}

/**
 * The four answers, and the fifth of an acquirer that wants to see the customer first. A timeout is `unknown`, never a
 * decline; only `not_sent` may be tried elsewhere whatever the card.
 */
export type AcquirerAnswer =
  /**
   * `reference`: the acquirer's own id of what was done. `amountMinor`: null when the acquirer does not name it.
   * `expiresAt`: when an authorization ends by itself, where the acquirer says so.
   */
  | {
      readonly type: 'approved';
      readonly reference: string;
      readonly amountMinor: bigint | null;
      readonly expiresAt: Date | null;
    }
  /** `reference` is the id of the authorization to be: a void of it calls the challenge off. */
  | { readonly type: 'action_required'; readonly reference: string; readonly redirectUrl: string }
  /** `acquirerCode` is the acquirer's own word for it, for people. */
  | {
      readonly type: 'declined';
      readonly code: DeclineCode;
      readonly acquirerCode: string;
      readonly message: string;
    }
  | { readonly type: 'not_sent'; readonly reason: string }
  | { readonly type: 'unknown'; readonly reason: string };

/** What the acquirer says of a key: an answer, or that it knows nothing of it (yet). */
export type FindAnswer = AcquirerAnswer | { readonly type: 'nothing_found' };

/** What the acquirer makes of evidence. `refused`: it will not take it, however often it is handed in. */
export type EvidenceAnswer =
  | { readonly type: 'accepted' }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'not_sent'; readonly reason: string }
  | { readonly type: 'unknown'; readonly reason: string };

/** What every connector offers. It never throws: whatever goes wrong is one of the answers. */
export interface Acquirer {
  readonly name: string;
  /** Resolves with `unknown` when `signal` aborts: the time that the call was given is up. */
  send(request: AcquirerRequest, signal: AbortSignal): Promise<AcquirerAnswer>;
  find(key: AttemptId, signal: AbortSignal): Promise<FindAnswer>;
  /** Hands in what the merchant says to a dispute; `dispute` is the acquirer's id of it. The same key again is the same evidence. */
  submitEvidence(key: DisputeId, dispute: string, text: string, signal: AbortSignal): Promise<EvidenceAnswer>;
  /** What the acquirer tells us unasked, in the order told. Undefined unless its signature holds over these very bytes. */
  readCallback(body: Buffer, headers: Readonly<Record<string, string | undefined>>): AcquirerCallback | undefined;
  close(): Promise<void>;
}

/** One callback as it was signed. Acquirers repeat and reorder them. */
export interface AcquirerCallback {
  /** The acquirer's id of the callback, the same on every repetition. */
  readonly id: string;
  /** Null: nothing in it concerns us. */
  readonly notice: AcquirerNotice | null;
}

/** `authorization`: the acquirer's reference of the authorization, as an approval named it. */
export type AcquirerNotice =
  | { readonly type: 'answered'; readonly key: AttemptId; readonly answer: AcquirerAnswer }
  | { readonly type: 'authorization_expired'; readonly authorization: string }
  | {
      readonly type: 'dispute_opened';
      readonly authorization: string;
      /** The acquirer's id of the dispute. */
      readonly dispute: string;
      readonly amount: Money;
      readonly reason: string;
      readonly evidenceDueAt: Date;
    }
  | {
      readonly type: 'dispute_closed';
      readonly authorization: string;
      readonly dispute: string;
      readonly outcome: 'won' | 'lost';
    }
  | { readonly type: 'fraud_warning'; readonly authorization: string; readonly reason: string };
