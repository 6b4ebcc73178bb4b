import { cardFactsOf, isDeclineCode, meaningOf, segmentOf, type Attempt, type Observation } from '#domain';
import type { SagaTurn } from './saga-turn.ts';

/** What the turn has learned of acquirers: whether they approve what they are asked to. */
export function observationsIn(turn: SagaTurn): Observation[] {
  const segment = segmentOf(turn.payment.amount.currency, cardFactsOf(turn.payment.cardToken).brand);
  return turn.touchedAttempts().flatMap((attempt) => {
    const success = successOf(attempt);
    return success === undefined ? [] : [{ segment, acquirer: attempt.acquirer, success }];
  });
}

/** A card that is good for nothing says nothing about the acquirer that found it out. */
function successOf({ operation, state, declineCode }: Attempt): boolean | undefined {
  if (operation !== 'authorize') return undefined;
  switch (state) {
    case 'approved':
      return true;
    case 'declined':
      return declineCode !== null && isDeclineCode(declineCode) && meaningOf(declineCode).kind === 'soft'
        ? false
        : undefined;
    case 'outcome_unknown':
    case 'not_sent':
      return false;
    case 'submitted':
    case 'action_required':
    case 'approved_late':
      return undefined;
  }
}
