import type { Chance } from '../chance.ts';
import { declineMessages } from '../tokens/decline-codes.ts';
import type { DeclineCode } from '../tokens/decline-codes.ts';
import type { Approval, Decline } from '../tokens/script.ts';
import type {
  Answer,
  ApprovedAnswer,
  AuthorizeRequest,
  CaptureRequest,
  Effect,
  Hold,
  RefundRequest,
  VoidRequest,
} from './operation.ts';

/** A request together with the guard row that it is about, locked by the caller. */
export type Work =
  | { readonly operation: 'authorize'; readonly request: AuthorizeRequest }
  | { readonly operation: 'capture'; readonly request: CaptureRequest; readonly hold: Hold }
  | { readonly operation: 'void'; readonly request: VoidRequest; readonly hold: Hold }
  | { readonly operation: 'refund'; readonly request: RefundRequest; readonly hold: Hold };

/** What an acquirer decided for good about one idempotency key. */
export interface Decision {
  readonly answer: Answer;
  readonly tells: Approval['tells'];
  readonly decidedAt: Date;
  readonly answerFrom: Date;
  readonly findableFrom: Date;
  /** Null when it declined. */
  readonly effect: Effect | null;
}

/** The guards come before the script: no test card can capture more than was authorized. */
export function decide(work: Work, move: Approval | Decline, chance: Chance, at: Date): Decision {
  const refused = guard(work);
  if (refused !== null) return declined(refused, false, at);
  if (move.does === 'decline') return declined(move.code, move.soft, at);

  const effect = effectOf(work, move, chance);
  return {
    answer: approvedAnswer(effect),
    tells: move.tells,
    decidedAt: at,
    answerFrom: after(at, move.answerAfterMs),
    findableFrom: after(at, move.findableAfterMs),
    effect,
  };
}

function declined(declineCode: DeclineCode, soft: boolean, at: Date): Decision {
  const answer: Answer = { status: 'declined', declineCode, soft, message: declineMessages[declineCode] };
  return { answer, tells: 'plainly', decidedAt: at, answerFrom: at, findableFrom: at, effect: null };
}

/** What the rows forbid, in the words that the caller is told; null when they allow it. */
function guard(work: Work): DeclineCode | null {
  switch (work.operation) {
    case 'authorize':
      return null;
    case 'capture':
      if (work.hold.voided) return 'authorization_voided';
      if (work.hold.closed) return 'authorization_closed';
      return work.request.amountMinor > work.hold.heldMinor - work.hold.capturedMinor
        ? 'amount_exceeds_authorization'
        : null;
    case 'void':
      if (work.hold.voided) return 'authorization_voided';
      return work.hold.capturedMinor > 0 ? 'authorization_captured' : null;
    case 'refund':
      return work.request.amountMinor > work.hold.capturedMinor - work.hold.refundedMinor
        ? 'amount_exceeds_capture'
        : null;
  }
}

const identifierPrefix = { authorize: 'auth', capture: 'capt', void: 'void', refund: 'rfnd' } as const;

function effectOf(work: Work, move: Approval, chance: Chance): Effect {
  const { operation, request } = work;
  const effectId = chance.identifier(identifierPrefix[operation], request.acquirer, request.key);
  switch (operation) {
    case 'authorize': {
      const { cardToken, reference, currency } = work.request;
      const amountMinor = move.amount === 'asked' ? work.request.amountMinor : anotherAmount(work.request.amountMinor);
      return {
        operation,
        effectId,
        authorizationId: effectId,
        cardToken,
        reference,
        currency,
        amountMinor,
      };
    }
    case 'capture':
    case 'refund':
      return { ...ofHold(work.hold), operation, effectId, amountMinor: work.request.amountMinor };
    case 'void':
      return { ...ofHold(work.hold), operation, effectId, amountMinor: work.hold.heldMinor };
  }
}

function ofHold({ authorizationId, cardToken, reference, currency }: Hold) {
  return { authorizationId, cardToken, reference, currency };
}

function approvedAnswer({ operation, effectId, amountMinor, currency }: Effect): ApprovedAnswer {
  switch (operation) {
    case 'authorize':
      return { status: 'approved', authorizationId: effectId, amountMinor, currency };
    case 'capture':
      return { status: 'approved', captureId: effectId, amountMinor };
    case 'void':
      return { status: 'approved', voidId: effectId, amountMinor };
    case 'refund':
      return { status: 'approved', refundId: effectId, amountMinor };
  }
}

/** Less by the smallest unit there is, which only an exact comparison notices; one unit cannot become none. */
function anotherAmount(amountMinor: number): number {
  return amountMinor > 1 ? amountMinor - 1 : 2;
}

function after(instant: Date, delayMs: number): Date {
  return new Date(instant.getTime() + delayMs);
}
