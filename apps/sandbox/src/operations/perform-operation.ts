import { Injectable } from '@nestjs/common';
import { Chance } from '../chance.ts';
import { Clock } from '../clock.ts';
import type { Interference } from '../controls/acquirer-controls.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { KeyedOperation, RecordTransaction } from '../stores/record-transaction.ts';
import { decline } from '../tokens/script.ts';
import type { Move } from '../tokens/script.ts';
import { scriptOf } from '../tokens/test-tokens.ts';
import type { TestToken } from '../tokens/test-tokens.ts';
import { decide } from './decide.ts';
import type { Work } from './decide.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Hold, OperationRequest, Reply } from './operation.ts';
import { Refusal } from './refusal.ts';

/** One call of an acquirer: counted, decided once, durable before anybody is told. */
@Injectable()
export class PerformOperation {
  constructor(
    private readonly record: RecordStore,
    private readonly chance: Chance,
    private readonly clock: Clock,
  ) {}

  /** @throws {Refusal} for a key that was used for another request, and for an unknown authorization or capture. */
  async execute(request: OperationRequest, interference: Interference): Promise<Reply> {
    const reply = await this.record.transaction((tx) => this.perform(tx, request, interference));
    switch (interference) {
      case 'hang':
        return { tells: 'never' };
      case 'error_before':
      case 'error_after':
        return { tells: 'unclear' };
      case 'decline':
      case 'none':
        return reply;
    }
  }

  private async perform(tx: RecordTransaction, request: OperationRequest, interference: Interference): Promise<Reply> {
    const at = this.clock.now();
    const fingerprint = fingerprintOf(request);
    const operation = await tx.countCall(request, fingerprint, at);
    if (operation.fingerprint !== fingerprint) {
      throw new Refusal('idempotency_key_reused', 'This idempotency key was used for another request.');
    }
    if (operation.decided !== null) return replyTo(operation.decided);

    const work = await lockWork(tx, request);
    const move = interferedMove(interference) ?? (await scriptedMove(tx, work));
    if (move.does === 'nothing') return { tells: move.tells };

    const decision = decide(work, move, this.chance, at);
    await tx.record(request, decision);
    return replyTo(decision);
  }
}

function replyTo(decided: NonNullable<KeyedOperation['decided']>): Reply {
  const { answer, tells, answerFrom: from } = decided;
  return tells === 'never' ? { tells } : { tells, answer, from };
}

async function lockWork(tx: RecordTransaction, request: OperationRequest): Promise<Work> {
  switch (request.operation) {
    case 'authorize':
      return { operation: 'authorize', request };
    case 'capture':
      return { operation: 'capture', request, hold: await lockHold(tx, request) };
    case 'void':
      return { operation: 'void', request, hold: await lockHold(tx, request) };
    case 'refund':
      return { operation: 'refund', request, hold: await lockHold(tx, request) };
  }
}

async function lockHold(
  tx: RecordTransaction,
  { acquirer, authorizationId }: Exclude<OperationRequest, { operation: 'authorize' }>,
): Promise<Hold> {
  const hold = await tx.lockHold(acquirer, authorizationId);
  if (hold === null) throw new Refusal('unknown_authorization', 'There is no such authorization.');
  return hold;
}

function interferedMove(interference: Interference): Move | null {
  switch (interference) {
    case 'hang':
      return { does: 'nothing', tells: 'never' };
    case 'error_before':
      return { does: 'nothing', tells: 'unclear' };
    case 'decline':
      return decline('generic_decline', 'soft');
    case 'error_after':
    case 'none':
      return null;
  }
}

/** Only an opening depends on what was asked before, so only an opening is counted. */
async function scriptedMove(tx: RecordTransaction, work: Work): Promise<Move> {
  const { cardToken, subject } = castOf(work);
  const { opening, move } = scriptOf(cardToken, work.operation);
  if (opening === undefined) return move;

  const { acquirer } = work.request;
  const asked = await tx.countAsking(work.operation, subject, acquirer);
  const opens =
    opening.at === 'first_acquirer' ? asked.firstAcquirer === acquirer : asked.times <= opening.at.firstCalls;
  return opens ? opening.move : move;
}

/**
 * The card that sets the script, and what its calls are counted by: a payment's reference rather than a key, since a
 * caller tries again with a new attempt, at another acquirer too.
 */
function castOf(work: Work): { cardToken: TestToken; subject: string } {
  switch (work.operation) {
    case 'authorize':
      return { cardToken: work.request.cardToken, subject: `${work.request.cardToken} ${work.request.reference}` };
    case 'capture':
    case 'void':
    case 'refund':
      return { cardToken: work.hold.cardToken, subject: work.hold.authorizationId };
  }
}
