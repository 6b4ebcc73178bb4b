import { declineMessages } from '../tokens/decline-codes.ts';
import type { DeclineCode } from '../tokens/decline-codes.ts';
import type { Approval } from '../tokens/script.ts';
import type { Answer, ApprovedAnswer, Effect } from './operation.ts';

/** What an acquirer decided for good about one idempotency key; a challenge is the one decision that is followed by another. */
export interface Decision {
  readonly answer: Answer;
  readonly tells: Approval['tells'];
  readonly decidedAt: Date;
  readonly answerFrom: Date;
  readonly findableFrom: Date;
  /** Null when no money was moved or reserved. */
  readonly effect: Effect | null;
  /** When the hold that was made ends by itself; null: never, or none was made. */
  readonly expiresAt: Date | null;
}

/** Decided and told in the same moment, without any money. */
export function toldAtOnce(answer: Answer, at: Date): Decision {
  return {
    answer,
    tells: 'plainly',
    decidedAt: at,
    answerFrom: at,
    findableFrom: at,
    effect: null,
    expiresAt: null,
  };
}

export function declined(declineCode: DeclineCode, soft: boolean, at: Date): Decision {
  return toldAtOnce({ status: 'declined', declineCode, soft, message: declineMessages[declineCode] }, at);
}

export function authorizationApproved(effect: Effect, expiresAt: Date | null): ApprovedAnswer {
  const { effectId: authorizationId, amountMinor, currency } = effect;
  const ends = expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() };
  return { status: 'approved', authorizationId, amountMinor, currency, ...ends };
}

export function after(instant: Date, delayMs: number): Date {
  return new Date(instant.getTime() + delayMs);
}
