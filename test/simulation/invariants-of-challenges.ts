import type { Payment } from '#domain';
import { customerDeadlineMs } from './orchestrator-process.ts';
import type { World } from './world.ts';

/** Whoever acts so long before the deadline is heard of by the look that comes before it. */
const lookEveryMs = 60_000;

/** Its customer was sent to each challenge once, was heard when in time, and stands before no open one. */
export function ofItsCustomer({ acquirers, database }: World, payment: Payment): string[] {
  const story = database.log.filter(({ paymentId }) => paymentId === payment.id);
  const wasGivenUp = story.some(({ data }) => data['reason'] === 'customer_did_not_return');
  const challenges = acquirers
    .flatMap(({ holds }) => [...holds.challenges.values()])
    .filter(({ reference }) => reference === payment.id);
  const places = challenges.map(({ redirectUrl }) => redirectUrl);
  const nowhere = story.filter(
    ({ type, data }) => type === 'payment.action_required' && !places.includes(String(data['redirectUrl'])),
  );
  const ofEach = challenges.flatMap(({ key, redirectUrl, authorization, state, decidedAt }) => {
    const timesSent = story.filter(({ data }) => data['redirectUrl'] === redirectUrl).length;
    const attempt = database.tables.attempts.get(key);
    const lastInTimeMs = (attempt?.startedAt.getTime() ?? 0) + customerDeadlineMs - lookEveryMs;
    const wasInTime = decidedAt !== null && decidedAt.getTime() <= lastInTimeMs;
    const isHeard = state !== 'accepted' || attempt?.state === 'approved' || attempt?.state === 'approved_late';
    // Accepted while we called it off: the void has found the hold.
    const isCalledOff = wasGivenUp && acquirers.some(({ holds }) => holds.all.get(authorization)?.isOver);
    return [
      ...(timesSent <= 1 ? [] : [`its customer was sent to the challenge of ${key} ${timesSent} times`]),
      ...(timesSent > 0 && state === 'pending' ? [`the challenge of ${key} is still open`] : []),
      ...(isHeard || isCalledOff ? [] : [`its customer accepted ${key}, and we do not know`]),
      ...(wasGivenUp && wasInTime && state !== 'called_off' ? [`its customer ${state} ${key} in time`] : []),
      ...(state === 'refused' && attempt?.state !== 'declined'
        ? [`its customer refused ${key}, and we do not know`]
        : []),
    ];
  });
  return [...nowhere.map(({ version }) => `its customer was sent to where nobody is (version ${version})`), ...ofEach];
}
