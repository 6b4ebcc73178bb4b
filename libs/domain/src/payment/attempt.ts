import type { Money } from '../money/money.ts';
import { invariant } from '../primitives/invariant.ts';
import type { AttemptId } from '../primitives/type-id.ts';

export type AttemptOperation = 'authorize' | 'increase' | 'capture' | 'void' | 'refund';

/** An attempt is written down as `submitted` before the acquirer is called: a crash in between leaves a row that says so. */
export type AttemptState =
  | 'submitted'
  | 'action_required'
  | 'outcome_unknown'
  | 'approved'
  | 'declined'
  | 'not_sent'
  /** Approved after we had given up on it: it is given back. */
  | 'approved_late';
export type AttemptEvent = 'approve' | 'decline' | 'require_action' | 'lose_contact' | 'was_not_sent' | 'approve_late';

/** Read a row as: in this state, on that event, go there. A missing cell is an illegal move. */
export const attemptTransitions = {
  submitted: {
    approve: 'approved',
    decline: 'declined',
    require_action: 'action_required',
    lose_contact: 'outcome_unknown',
    was_not_sent: 'not_sent',
  },
  // An acquirer that cannot be asked what the customer did has not forgotten the customer.
  action_required: {
    approve: 'approved',
    decline: 'declined',
    require_action: 'action_required',
    lose_contact: 'action_required',
    was_not_sent: 'not_sent',
    approve_late: 'approved_late',
  },
  outcome_unknown: {
    approve: 'approved',
    decline: 'declined',
    require_action: 'action_required',
    was_not_sent: 'not_sent',
    lose_contact: 'outcome_unknown',
    approve_late: 'approved_late',
  },
  approved: {},
  declined: { approve_late: 'approved_late' },
  not_sent: { approve_late: 'approved_late' },
  approved_late: {},
} as const satisfies Record<AttemptState, Partial<Record<AttemptEvent, AttemptState>>>;

/** How the acquirer of an authorization was chosen, kept for whoever asks later. */
export interface RouteRecord {
  /** Version of the merchant's routing configuration; 0 is the platform's own. */
  readonly version: number;
  /** The rule that decided; null when none fitted. */
  readonly rule: string | null;
  readonly strategy: string;
  /** All that could be asked, in the order in which they would have been. */
  readonly candidates: readonly {
    readonly acquirer: string;
    readonly score: number | null;
    /** With what probability this one was to be chosen; null where chance had no say. */
    readonly propensity: number | null;
    readonly excludedBecause: string | null;
  }[];
}

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
  /** Which amount the acquirer names, in minor units, where that is not the one it was asked for; null else. */
  readonly answeredMinor: bigint | null;
  readonly routedBecause: string;
  /** How it was chosen; null where there was nothing to choose. */
  readonly routing: RouteRecord | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

const finishedStates: readonly AttemptState[] = ['approved', 'declined', 'not_sent', 'approved_late'];

/**
 * Whether the outcome is known. Hearing it again changes nothing; only an approval that contradicts it does, and is given
 * back.
 */
export function isFinished(attempt: Pick<Attempt, 'state'>): boolean {
  return finishedStates.includes(attempt.state);
}

export function nextAttemptState(state: AttemptState, event: AttemptEvent): AttemptState {
  const row: Partial<Record<AttemptEvent, AttemptState>> = attemptTransitions[state];
  const next = row[event];
  invariant(next !== undefined, `an attempt that is ${state} cannot ${event}`);
  return next;
}
