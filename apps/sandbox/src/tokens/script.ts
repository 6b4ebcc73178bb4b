import type { DeclineCode } from './decline-codes.ts';

/** The acquirer does what it was asked. Delays are in milliseconds after the moment it did it. */
export interface Approval {
  readonly does: 'approve';
  readonly tells: 'plainly' | 'garbled' | 'never';
  /** Which amount it holds and names: the one that was asked, or another. */
  readonly amount: 'asked' | 'another';
  readonly answerAfterMs: number;
  /** From when `find` knows of it; until then `find` says not found. */
  readonly findableAfterMs: number;
}

export interface Decline {
  readonly does: 'decline';
  readonly code: DeclineCode;
  readonly soft: boolean;
}

/** The acquirer does nothing: it promises so, or leaves the caller without an answer. */
export interface Idleness {
  readonly does: 'nothing';
  readonly tells: 'not_processed' | 'never' | 'unclear';
}

/** The acquirer sends the customer to a page of its own first, and decides there. */
export interface ChallengeMove {
  readonly does: 'challenge';
}

export type Move = Approval | Decline | Idleness | ChallengeMove;

/** Another move at the beginning: at the acquirer that was asked first, or for the first so many calls. */
interface Opening {
  readonly at: 'first_acquirer' | { readonly firstCalls: number };
  readonly move: Move;
}

export interface Script {
  readonly opening?: Opening;
  readonly move: Move;
}

export const approve: Approval = {
  does: 'approve',
  tells: 'plainly',
  amount: 'asked',
  answerAfterMs: 0,
  findableAfterMs: 0,
};

export const challenge: ChallengeMove = { does: 'challenge' };

export const decline = (code: DeclineCode, kind: 'soft' | 'hard'): Decline => ({
  does: 'decline',
  code,
  soft: kind === 'soft',
});

/** The documented 503 that promises that nothing was done. */
export const notProcessed: Idleness = { does: 'nothing', tells: 'not_processed' };

/** Approved for good, but the answer never comes; `find` learns of it later. */
export const approveSilently = (findableAfterMs: number): Approval => ({ ...approve, tells: 'never', findableAfterMs });
