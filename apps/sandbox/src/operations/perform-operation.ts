import { Injectable } from '@nestjs/common';
import { Chance } from '../chance.ts';
import { Clock } from '../clock.ts';
import type { Interference } from '../controls/acquirer-controls.ts';
import { PublicAddress } from '../process/public-address.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { RecordTransaction } from '../stores/record-transaction.ts';
import { decline } from '../tokens/script.ts';
import type { Move } from '../tokens/script.ts';
import { scriptOf } from '../tokens/test-tokens.ts';
import { consequencesOf } from './consequences.ts';
import type { Consequences } from './consequences.ts';
import { decide } from './decide.ts';
import type { Circumstances, Work } from './decide.ts';
import { cancels, decideWithoutAHold } from './decide-without-a-hold.ts';
import type { WorkWithoutAHold } from './decide-without-a-hold.ts';
import { declined } from './decision.ts';
import { fingerprintOf } from './fingerprint.ts';
import { lockWork } from './lock-work.ts';
import { onceUnderKey, replyTo, toldThrough } from './once-under-key.ts';
import type { OperationRequest, Reply } from './operation.ts';
import { scriptedMove } from './scripted-move.ts';

/** One call of an acquirer: counted, decided once, durable before anybody is told. */
@Injectable()
export class PerformOperation {
  constructor(
    private readonly record: RecordStore,
    private readonly chance: Chance,
    private readonly clock: Clock,
    private readonly publicAddress: PublicAddress,
  ) {}

  /** @throws {Refusal} for a key that was used for another request, and for an unknown authorization or capture. */
  async execute(request: OperationRequest, interference: Interference): Promise<Reply> {
    const first = interference === 'none' ? await this.authorizeAtOnce(request) : undefined;
    if (first !== undefined) return first;
    const reply = await this.record.transaction((tx) =>
      onceUnderKey(tx, request, this.clock.now(), () => this.perform(tx, request, interference)),
    );
    return toldThrough(interference, reply);
  }

  /**
   * Most cards are approved by their first call, and nothing follows by itself: then there is nothing to look up. Undefined
   * when it is otherwise.
   */
  private async authorizeAtOnce(request: OperationRequest): Promise<Reply | undefined> {
    if (request.operation !== 'authorize') return undefined;
    const work = { operation: 'authorize', request } as const;
    const { opening, move } = scriptOf(request.cardToken, 'authorize');
    if (opening !== undefined || move.does === 'nothing') return undefined;
    const decision = decide(work, move, this.circumstances(this.clock.now()));
    const { effect } = decision;
    if (effect === null || consequencesOf(work, decision, this.chance).callbacks.length > 0) return undefined;
    const added = await this.record.addFirstAuthorization(request, fingerprintOf(request), { ...decision, effect });
    return added ? replyTo(decision) : undefined;
  }

  private circumstances(at: Date): Circumstances {
    return { chance: this.chance, at, publicUrl: this.publicAddress.url };
  }

  private async perform(tx: RecordTransaction, request: OperationRequest, interference: Interference): Promise<Reply> {
    const work = await lockWork(tx, request);
    const interfered = interferedMove(interference);
    if (interfered?.does === 'nothing') return { tells: interfered.tells };
    // Whoever held the row before may have let time pass, and a hold ends by the clock.
    const at = this.clock.now();
    if (work.operation === 'without_a_hold') return this.performWithoutAHold(tx, work, at);

    const move = interfered ?? (await scriptedMove(tx, work));
    if (move.does === 'nothing') return { tells: move.tells };
    const decision = decide(work, move, this.circumstances(at));
    tx.record(request, decision);
    writeDown(tx, work, consequencesOf(work, decision, this.chance));
    return replyTo(decision);
  }

  private performWithoutAHold(tx: RecordTransaction, work: WorkWithoutAHold, at: Date): Reply {
    const decision = decideWithoutAHold(work, this.chance, at);
    if (cancels(work)) {
      tx.closeChallenge(work.challenge, 'cancelled', at);
      tx.recordAnswer(work.challenge, declined('authentication_expired', false, at));
    }
    tx.recordAnswer(work.request, decision);
    return replyTo(decision);
  }
}

function interferedMove(interference: Interference): Move | null {
  switch (interference) {
    case 'hang':
      return { does: 'nothing', tells: 'never' };
    case 'error_before':
      return { does: 'nothing', tells: 'unclear' };
    case 'generic_decline':
      return decline('generic_decline', 'soft');
    case 'card_not_supported':
    case 'amount_not_allowed':
      return decline(interference, 'hard');
    case 'error_after':
    case 'none':
      return null;
  }
}

function writeDown(tx: RecordTransaction, work: Work, consequences: Consequences): void {
  const { callbacks, challenge, dispute, callsOffExpiry } = consequences;
  if (challenge !== null) tx.openChallenge(challenge);
  if (callsOffExpiry && work.operation !== 'authorize') {
    tx.withdrawCallbacks(work.request.acquirer, work.hold.authorizationId, 'authorization.expired');
  }
  if (dispute !== null) tx.openDispute(dispute);
  for (const callback of callbacks) tx.writeCallback(callback);
}
