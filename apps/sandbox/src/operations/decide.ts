import type { Chance } from '../chance.ts';
import { challengePath } from '../challenges/challenge.ts';
import type { DeclineCode } from '../tokens/decline-codes.ts';
import type { Approval, ChallengeMove, Decline } from '../tokens/script.ts';
import { aftermathOf } from '../tokens/test-tokens.ts';
import { after, authorizationApproved, declined, toldAtOnce } from './decision.ts';
import type { Decision } from './decision.ts';
import type {
  ApprovedAnswer,
  AuthorizeRequest,
  CaptureRequest,
  Effect,
  Hold,
  IncreaseRequest,
  RefundRequest,
  VoidRequest,
} from './operation.ts';

/** A request together with the guard row that it is about, locked by the caller. */
export type Work =
  | { readonly operation: 'authorize'; readonly request: AuthorizeRequest }
  | { readonly operation: 'increase'; readonly request: IncreaseRequest; readonly hold: Hold }
  | { readonly operation: 'capture'; readonly request: CaptureRequest; readonly hold: Hold }
  | { readonly operation: 'void'; readonly request: VoidRequest; readonly hold: Hold }
  | { readonly operation: 'refund'; readonly request: RefundRequest; readonly hold: Hold };

/** What an acquirer decides with besides the request. `publicUrl` is where a customer's browser finds it. */
export interface Circumstances {
  readonly chance: Chance;
  readonly at: Date;
  readonly publicUrl: string;
}

/** The guards come before the script: no test card can capture more than was authorized. */
export function decide(work: Work, move: Approval | Decline | ChallengeMove, circumstances: Circumstances): Decision {
  const { chance, at, publicUrl } = circumstances;
  const refused = guard(work, at);
  if (refused !== null) return declined(refused, false, at);
  if (move.does === 'decline') return declined(move.code, move.soft, at);
  if (move.does === 'challenge') {
    const { acquirer } = work.request;
    const authorizationId = identifierOf(work, chance);
    const redirectUrl = `${publicUrl}${challengePath({ acquirer, authorizationId })}`;
    return toldAtOnce({ status: 'action_required', authorizationId, redirectUrl }, at);
  }

  const effect = effectOf(work, move, chance);
  const expiresAt = work.operation === 'authorize' ? expiryOf(work.request, at) : null;
  return {
    answer: approvedAnswer(work, effect, expiresAt),
    tells: move.tells,
    decidedAt: at,
    answerFrom: after(at, move.answerAfterMs),
    findableFrom: after(at, move.findableAfterMs),
    effect,
    expiresAt,
  };
}

/** What the rows forbid, in the words that the caller is told; null when they allow it. */
function guard(work: Work, at: Date): DeclineCode | null {
  if (work.operation === 'authorize') return null;
  const { hold } = work;
  const leftMinor = hold.heldMinor - hold.capturedMinor;
  switch (work.operation) {
    case 'increase':
      if (hold.heldMinor + work.request.amountMinor > Number.MAX_SAFE_INTEGER) return 'amount_not_allowed';
      return endOf(hold, at) ?? (leftMinor === 0 ? 'authorization_captured' : null);
    case 'capture':
      return endOf(hold, at) ?? (work.request.amountMinor > leftMinor ? 'amount_exceeds_authorization' : null);
    case 'void':
      return leftMinor === 0 ? 'authorization_captured' : endOf(hold, at);
    case 'refund':
      return work.request.amountMinor > hold.capturedMinor - hold.refundedMinor ? 'amount_exceeds_capture' : null;
  }
}

/** Why nothing is held any more; null while something is, or while everything was captured. */
function endOf(hold: Hold, at: Date): DeclineCode | null {
  if (hold.voided) return 'authorization_voided';
  if (hold.closed) return 'authorization_closed';
  const hasRest = hold.capturedMinor < hold.heldMinor;
  return hasRest && hold.expiresAt !== null && hold.expiresAt <= at ? 'authorization_expired' : null;
}

function expiryOf({ cardToken }: AuthorizeRequest, at: Date): Date | null {
  const { holdEndsAfterMs } = aftermathOf(cardToken);
  return holdEndsAfterMs === undefined ? null : after(at, holdEndsAfterMs);
}

const identifierPrefix = {
  authorize: 'auth',
  increase: 'incr',
  capture: 'capt',
  void: 'void',
  refund: 'rfnd',
} as const;

function identifierOf({ operation, request }: Work, chance: Chance): string {
  return chance.identifier(identifierPrefix[operation], request.acquirer, request.key);
}

function effectOf(work: Work, move: Approval, chance: Chance): Effect {
  const { operation } = work;
  const effectId = identifierOf(work, chance);
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
    case 'increase':
    case 'capture':
    case 'refund':
      return { ...ofHold(work.hold), operation, effectId, amountMinor: work.request.amountMinor };
    case 'void':
      return { ...ofHold(work.hold), operation, effectId, amountMinor: work.hold.heldMinor - work.hold.capturedMinor };
  }
}

function ofHold({ authorizationId, cardToken, reference, currency }: Hold) {
  return { authorizationId, cardToken, reference, currency };
}

function approvedAnswer(work: Work, effect: Effect, expiresAt: Date | null): ApprovedAnswer {
  const { effectId, amountMinor } = effect;
  switch (work.operation) {
    case 'authorize':
      return authorizationApproved(effect, expiresAt);
    case 'increase': {
      const heldMinor = work.hold.heldMinor + amountMinor;
      return { status: 'approved', increaseId: effectId, amountMinor, heldMinor };
    }
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
