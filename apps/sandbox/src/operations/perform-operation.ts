import { Injectable } from '@nestjs/common';
import { Chance } from '../chance.ts';
import { Clock } from '../clock.ts';
import type { Interference } from '../controls/acquirer-controls.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { RecordTransaction } from '../stores/record-transaction.ts';
import { decline } from '../tokens/script.ts';
import type { Move } from '../tokens/script.ts';
import { DecideTogether } from './decide-together.ts';
import { cancels, decideWithoutAHold } from './decide-without-a-hold.ts';
import type { WorkWithoutAHold } from './decide-without-a-hold.ts';
import { declined } from './decision.ts';
import { Judgement, writeDown } from './judgement.ts';
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
    private readonly judgement: Judgement,
    private readonly decideTogether: DecideTogether,
  ) {}

  /** @throws {Refusal} for a key that was used for another request, and for an unknown authorization or capture. */
  async execute(request: OperationRequest, interference: Interference): Promise<Reply> {
    const together = interference === 'none' ? await this.decideTogether.reply(request) : null;
    if (together !== null) return together;
    const reply = await this.record.transaction((tx) =>
      onceUnderKey(tx, request, this.clock.now(), () => this.perform(tx, request, interference)),
    );
    return toldThrough(interference, reply);
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
    const { decision, consequences } = this.judgement.of(work, move, at);
    tx.record(request, decision);
    writeDown(tx, work, consequences);
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
