import type { TestToken } from '../tokens/test-tokens.ts';

export const acquirerNames = ['alpha', 'beta', 'gamma'] as const;
export type AcquirerName = (typeof acquirerNames)[number];

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund';

interface Keyed {
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
}

export interface CaptureRequest extends Keyed {
  readonly operation: 'capture';
  readonly authorizationId: string;
  readonly amountMinor: number;
  /** A final capture releases what it leaves. */
  readonly final: boolean;
}

export interface VoidRequest extends Keyed {
  readonly operation: 'void';
  readonly authorizationId: string;
}

export interface RefundRequest extends Keyed {
  readonly operation: 'refund';
  readonly authorizationId: string;
  readonly amountMinor: number;
}

export type OperationRequest = AuthorizeRequest | CaptureRequest | VoidRequest | RefundRequest;

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
}

/** What an acquirer really did: the row that the truth is made of. */
export interface Effect {
  readonly operation: OperationKind;
  /** Names the authorization, capture, void or refund itself. */
  readonly effectId: string;
  readonly authorizationId: string;
  readonly cardToken: TestToken;
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

interface DeclinedAnswer {
  readonly status: 'declined';
  readonly declineCode: string;
  /** A soft decline may be tried again, elsewhere or later; a hard one may not. */
  readonly soft: boolean;
  readonly message: string;
}

export type ApprovedAnswer =
  | {
      readonly status: 'approved';
      readonly authorizationId: string;
      readonly amountMinor: number;
      readonly currency: string;
    }
  | { readonly status: 'approved'; readonly captureId: string; readonly amountMinor: number }
  | { readonly status: 'approved'; readonly voidId: string; readonly amountMinor: number }
  | { readonly status: 'approved'; readonly refundId: string; readonly amountMinor: number };

export type Answer = ApprovedAnswer | DeclinedAnswer;

/** What `find` says: the answer as it was given, and to which operation. */
export type FoundAnswer = { readonly operation: OperationKind } & Answer;

/** What the caller gets for one call; only `plainly` lets it know what happened. */
export type Reply =
  | { readonly tells: 'plainly'; readonly answer: Answer | FoundAnswer; readonly from: Date }
  | { readonly tells: 'garbled'; readonly from: Date }
  | { readonly tells: 'never' | 'not_processed' | 'unclear' | 'not_found' };
