import { err, ok, type Attempt, type Result } from '#domain';
import { looksLikeCardNumber } from '#security';
import type { HandWord } from '../stores/hand-word-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';

/** Acquirers' ids are far shorter; what is longer is something else. */
const referenceLengthMax = 255;

/**
 * The acquirer's id of what was done: the one given, or the one that it named before. Later operations are about it, so
 * that there is no approval and no release of a hold without one. A void needs none: nothing comes after it.
 */
export function referenceOf(
  { outcome, acquirerReference: given }: HandWord,
  attempt: Pick<Attempt, 'operation' | 'acquirer' | 'acquirerReference'>,
): Result<string | null, AdminRefusal> {
  const { acquirer, acquirerReference: named } = attempt;
  if (outcome === 'declined' || outcome === 'not_done') {
    return given === null
      ? ok(null)
      : refused('What was not done has no reference: leave it out, or settle it otherwise.');
  }
  if (given === '' || (given ?? '').length > referenceLengthMax) {
    return refused(`A reference has 1 to ${referenceLengthMax} characters.`);
  }
  if (given !== null && looksLikeCardNumber(given)) return refused('This looks like a card number, not a reference.');
  if (given !== null && named !== null && given !== named) {
    return refused(`${acquirer} itself names this attempt ${named}.`);
  }
  const reference = given ?? named;
  if (reference === null && attempt.operation !== 'void') {
    return refused(`Name the reference under which ${acquirer} did it: what comes after is about that.`);
  }
  return ok(reference);
}

function refused(message: string): Result<never, AdminRefusal> {
  return err({ code: 'invalid_input', message, path: ['input', 'acquirerReference'] });
}
