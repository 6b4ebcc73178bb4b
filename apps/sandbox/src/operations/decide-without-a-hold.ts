import type { Chance } from '../chance.ts';
import type { Challenge } from '../challenges/challenge.ts';
import { declined, toldAtOnce } from './decision.ts';
import type { Decision } from './decision.ts';
import type { FollowUpRequest } from './operation.ts';

/** Something asked of an authorization that its customer has not accepted. */
export interface WorkWithoutAHold {
  readonly operation: 'without_a_hold';
  readonly request: FollowUpRequest;
  readonly challenge: Challenge;
}

/** Whether this calls the challenge off. */
export function cancels({ request, challenge }: WorkWithoutAHold): boolean {
  return challenge.state === 'pending' && request.operation === 'void';
}

/** Nothing is held, so there is nothing to do but to call a pending challenge off. */
export function decideWithoutAHold(work: WorkWithoutAHold, chance: Chance, at: Date): Decision {
  if (cancels(work)) {
    const voidId = chance.identifier('void', work.request.acquirer, work.request.key);
    return toldAtOnce({ status: 'approved', voidId }, at);
  }
  switch (work.challenge.state) {
    case 'pending':
      return declined('authorization_pending', false, at);
    case 'refused':
      return declined('authentication_failed', false, at);
    case 'cancelled':
      return declined('authorization_voided', false, at);
    case 'accepted':
      throw new Error('A challenge that was accepted has a hold.');
  }
}
