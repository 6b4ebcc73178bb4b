import type { TestToken } from '../tokens/test-tokens.ts';

export const acquirerNames = ['alpha', 'beta', 'gamma'] as const;
export type AcquirerName = (typeof acquirerNames)[number];

/** What moves or reserves money. */
export type OperationKind = 'authorize' | 'increase' | 'capture' | 'void' | 'refund';

/** Everything that is done once under an idempotency key. */
export type KeyedKind = OperationKind | 'evidence';

export interface Keyed {
  readonly acquirer: AcquirerName;
  /** The caller's idempotency key: the id of its attempt. */
  readonly key: string;
}

export interface AuthorizeRequest extends Keyed {
  readonly operation: 'authorize';
  readonly cardToken: TestToken;
  readonly amountMinor: number;
  readonly currency: string;
  /** Names the payment: every attempt of one payment carries the same reference, at whichever acquirer. */
  readonly reference: string;
  /** Where a challenge sends the customer when it is over; null leaves them on its page. */
  readonly returnUrl: string | null;
}

interface OfAuthorization extends Keyed {
  readonly authorizationId: string;
}

export interface IncreaseRequest extends OfAuthorization {
  readonly operation: 'increase';
  /** How much more is to be held. */
  readonly amountMinor: number;
}

export interface CaptureRequest extends OfAuthorization {
  readonly operation: 'capture';
  readonly amountMinor: number;
  /** A final capture releases what it leaves. */
  readonly final: boolean;
}

export interface VoidRequest extends OfAuthorization {
  readonly operation: 'void';
}

export interface RefundRequest extends OfAuthorization {
  readonly operation: 'refund';
  readonly amountMinor: number;
}

/** What is asked of an authorization that there is. */
export type FollowUpRequest = IncreaseRequest | CaptureRequest | VoidRequest | RefundRequest;

export type OperationRequest = AuthorizeRequest | FollowUpRequest;

export interface EvidenceRequest extends Keyed {
  readonly operation: 'evidence';
  readonly disputeId: string;
  readonly text: string;
}

/** Money reserved on a card, as the acquirer's guard row has it. */
export interface Hold {
  readonly authorizationId: string;
  readonly cardToken: TestToken;
  readonly reference: string;
  readonly currency: string;
  readonly heldMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly closed: boolean;
  readonly voided: boolean;
  /** When what is not captured is released by itself; null: never. */
  readonly expiresAt: Date | null;
}

/** What an acquirer really did: the row that the truth is made of. */
export interface Effect {
  readonly operation: OperationKind;
  /** Names the authorization, increase, capture, void or refund itself. */
  readonly effectId: string;
  readonly authorizationId: string;
  readonly cardToken: TestToken;
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface DeclinedAnswer {
  readonly status: 'declined';
  readonly declineCode: string;
  /** A soft decline may be tried again, elsewhere or later; a hard one may not. */
  readonly soft: boolean;
  readonly message: string;
}

/** The customer has to be seen first. The id is that of the authorization to be. */
export interface ActionRequiredAnswer {
  readonly status: 'action_required';
  readonly authorizationId: string;
  readonly redirectUrl: string;
}

export type ApprovedAnswer =
  | {
      readonly status: 'approved';
      readonly authorizationId: string;
      readonly amountMinor: number;
      readonly currency: string;
      readonly expiresAt?: string;
    }
  | {
      readonly status: 'approved';
      readonly increaseId: string;
      readonly amountMinor: number;
      /** All that is held by now. */
      readonly heldMinor: number;
    }
  | { readonly status: 'approved'; readonly captureId: string; readonly amountMinor: number }
  /** Without an amount it called a challenge off: nothing had been held. */
  | { readonly status: 'approved'; readonly voidId: string; readonly amountMinor?: number }
  | { readonly status: 'approved'; readonly refundId: string; readonly amountMinor: number }
  | { readonly status: 'approved'; readonly disputeId: string };

export type Answer = ApprovedAnswer | DeclinedAnswer | ActionRequiredAnswer;

/** What `find` says: the answer as it was given, and to which operation. */
export type FoundAnswer = { readonly operation: KeyedKind } & Answer;

/** What the caller gets for one call; only `plainly` lets it know what happened. */
export type Reply =
  | { readonly tells: 'plainly'; readonly answer: Answer | FoundAnswer; readonly from: Date }
  | { readonly tells: 'garbled'; readonly from: Date }
  | { readonly tells: 'never' | 'not_processed' | 'unclear' | 'not_found' };
