import type { AttemptState } from '#domain';
import type { AttemptOutcome } from '../types/payment.enums.ts';

/** What is told of a state: a customer who has to act first is an answer that is still to come. */
const outcomeOfState = {
  submitted: 'submitted',
  action_required: 'submitted',
  outcome_unknown: 'outcome_unknown',
  approved: 'approved',
  declined: 'declined',
  not_sent: 'not_sent',
  approved_late: 'approved',
} as const satisfies Record<AttemptState, AttemptOutcome>;

export function outcomeOf(state: AttemptState): AttemptOutcome {
  return outcomeOfState[state];
}
