import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import type { AttemptId } from '../primitives/type-id.ts';

export type AttemptOperation = 'authorize' | 'increase' | 'capture' | 'void' | 'refund';

/** An attempt is written down as `submitted` before the acquirer is called: a crash in between leaves a row that says so. */
export type AttemptState = 'submitted' | 'outcome_unknown' | 'approved' | 'declined' | 'not_sent';
export type AttemptEvent = 'approve' | 'decline' | 'lose_contact' | 'was_not_sent';

/** Read a row as: in this state, on that event, go there. A missing cell is an illegal move. */
export const attemptTransitions = {
  submitted: {
    approve: 'approved',
    decline: 'declined',
    lose_contact: 'outcome_unknown',
    was_not_sent: 'not_sent',
  },
  outcome_unknown: {
    approve: 'approved',
    decline: 'declined',
    was_not_sent: 'not_sent',
    lose_contact: 'outcome_unknown',
  },
  approved: {},
  declined: {},
  not_sent: {},
} as const satisfies Record<AttemptState, Partial<Record<AttemptEvent, AttemptState>>>;

/** One operation at one acquirer. Its id is the acquirer's idempotency key. */
export interface Attempt {
  readonly id: AttemptId;
  /** 1…n within the payment, over all operations. */
  readonly number: number;
  readonly operation: AttemptOperation;
  readonly acquirer: string;
  readonly amount: Money;
  readonly state: AttemptState;
  readonly declineCode: string | null;
  /** The acquirer's own id of what was done; later operations refer to it. */
  readonly acquirerReference: string | null;
  readonly routedBecause: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** Whether the outcome is known. A known outcome never changes; hearing it again changes nothing. */
export function isFinished(attempt: Attempt): boolean {
  return Object.keys(attemptTransitions[attempt.state]).length === 0;
}

export function nextAttemptState(state: AttemptState, event: AttemptEvent): AttemptState {
  const row: Partial<Record<AttemptEvent, AttemptState>> = attemptTransitions[state];
  const next = row[event];
  invariant(next !== undefined, `an attempt that is ${state} cannot ${event}`);
  return next;
}
