import { Injectable } from '@nestjs/common';
import { operationDecided } from '../callbacks/callback.ts';
import { Chance } from '../chance.ts';
import { Clock } from '../clock.ts';
import { authorizationApproved, declined, toldAtOnce } from '../operations/decision.ts';
import type { Decision } from '../operations/decision.ts';
import { unknownAuthorization } from '../operations/lock-work.ts';
import type { AcquirerName, Effect } from '../operations/operation.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { Challenge } from './challenge.ts';

/** The customer accepts or refuses on the acquirer's page. The first answer counts; what comes later changes nothing. */
@Injectable()
export class DecideChallenge {
  constructor(
    private readonly record: RecordStore,
    private readonly chance: Chance,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves with the challenge as it stands then.
   *
   * @throws {Refusal} for an unknown challenge.
   */
  execute(acquirer: AcquirerName, authorizationId: string, state: 'accepted' | 'refused'): Promise<Challenge> {
    return this.record.transaction(async (tx) => {
      const locked = await tx.lockChallenge(acquirer, authorizationId);
      if (locked === null) throw unknownAuthorization();
      if (locked.state !== 'pending') return locked;

      const at = this.clock.now();
      const decision = state === 'accepted' ? authorized(locked, at) : declined('authentication_failed', false, at);
      const decided = { ...locked, operation: 'authorize' } as const;
      tx.closeChallenge(locked, state, at);
      tx.record(decided, decision);
      tx.writeCallback(operationDecided(decided, decision.answer, 1, at, this.chance));
      return { ...locked, state };
    });
  }
}

function authorized(challenge: Challenge, at: Date): Decision {
  const { authorizationId, cardToken, reference, amountMinor, currency } = challenge;
  const effect: Effect = {
    operation: 'authorize',
    effectId: authorizationId,
    authorizationId,
    cardToken,
    reference,
    amountMinor,
    currency,
  };
  return { ...toldAtOnce(authorizationApproved(effect, null), at), effect };
}
