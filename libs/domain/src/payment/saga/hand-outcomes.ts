import { isFinished, type Attempt } from '../attempt.ts';
import { stepOf } from './definition.ts';
import type { HandOutcome, Saga } from './saga.ts';

/**
 * What a person may say of the attempt that the saga is about. Empty where nobody has to be asked: its outcome is known, or
 * the acquirer still has its time to answer.
 */
export function handOutcomesOf(
  saga: Pick<Saga, 'version' | 'kind' | 'step' | 'stuckAt'>,
  attempt: Pick<Attempt, 'operation' | 'state' | 'answeredMinor'>,
): readonly HandOutcome[] {
  const stuck = saga.stuckAt !== null;
  const step = stepOf(saga.version, saga.kind, saga.stuckAt ?? saga.step);
  if (step?.is !== 'call' && step?.is !== 'customer' && step?.is !== 'watch') return [];
  if (!stuck && attempt.state !== 'outcome_unknown') return [];
  if (isFinished(attempt)) {
    if (step.is !== 'call') return [];
    // What was refused or never sent can be tried anew; a hold can also have ended without us.
    return step.operation === 'void' ? ['approved', 'not_done'] : ['not_done'];
  }
  if (attempt.answeredMinor !== null) {
    // More or less is held than was asked for, and no word makes it the amount that the payment goes on with.
    if (attempt.operation === 'authorize') return ['release'];
    // The larger hold ends with the payment; until then no more is taken from it than was held before.
    if (attempt.operation === 'increase') return ['declined'];
  }
  return attempt.operation === 'authorize'
    ? ['approved', 'declined', 'not_done', 'release']
    : ['approved', 'declined', 'not_done'];
}
