import { Injectable } from '@nestjs/common';
import { BatchedWrites } from '#batching';
import { Clock } from '../clock.ts';
import type { DecidedCapture, FirstAuthorization } from '../stores/batch-statements.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { RecordTransaction } from '../stores/record-transaction.ts';
import { isRefusedTransaction } from '../stores/refused-transaction.ts';
import { scriptOf } from '../tokens/test-tokens.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Judgement, writeDown } from './judgement.ts';
import { replyTo } from './once-under-key.ts';
import type { AuthorizeRequest, CaptureRequest, OperationRequest, Reply } from './operation.ts';
import { scriptedMove } from './scripted-move.ts';

const limits = {
  /** Some milliseconds of the database's time: what a call that comes just too late waits for, and for how long holds are locked. */
  batchSizeMax: 64,
  /** A batch that waits for somebody's lock holds up no more than what comes before the next one is full. */
  batchesInFlightMax: 2,
} as const;

/**
 * Authorizations that come at once are decided in one transaction, and so are captures. Each hears what it would have heard
 * alone, nobody waits for company, and rows are locked in the order of every transaction: keys, then holds.
 */
@Injectable()
export class DecideTogether {
  private readonly authorizations = new BatchedWrites<FirstAuthorization, Reply | null>(
    (firsts) => unlessRefused(firsts, () => this.authorize(firsts)),
    limits,
  );
  private readonly captures = new BatchedWrites<CaptureRequest, Reply | null>(
    (requests) => unlessRefused(requests, () => this.capture(requests)),
    limits,
  );

  constructor(
    private readonly record: RecordStore,
    private readonly judgement: Judgement,
    private readonly clock: Clock,
  ) {}

  /** Null, and nothing is written, when it has to be decided alone. */
  async reply(request: OperationRequest): Promise<Reply | null> {
    switch (request.operation) {
      case 'authorize': {
        const first = this.approvedAtOnce(request);
        return first === null ? null : this.authorizations.submit(first);
      }
      case 'capture':
        return this.captures.submit(request);
      case 'increase':
      case 'void':
      case 'refund':
        return null;
    }
  }

  /** Most cards are approved by their first call, and nothing follows by itself: then there is nothing to look up. */
  private approvedAtOnce(request: AuthorizeRequest): FirstAuthorization | null {
    const { opening, move } = scriptOf(request.cardToken, 'authorize');
    if (opening !== undefined || move.does === 'nothing') return null;
    const { decision, consequences } = this.judgement.of({ operation: 'authorize', request }, move, this.clock.now());
    const { effect } = decision;
    if (effect === null || consequences.callbacks.length > 0) return null;
    return { request, fingerprint: fingerprintOf(request), decision: { ...decision, effect } };
  }

  private async authorize(firsts: readonly FirstAuthorization[]): Promise<(Reply | null)[]> {
    const chosen = withoutRivals(firsts, ({ request }) => [`${request.acquirer} ${request.key}`]);
    const added = await this.record.addFirstAuthorizations(chosen);
    return firsts.map((first) => (added.has(first) ? replyTo(first.decision) : null));
  }

  /** A capture whose key or hold another one of the batch has taken comes after it, alone. */
  private async capture(requests: readonly CaptureRequest[]): Promise<(Reply | null)[]> {
    const chosen = withoutRivals(requests, ({ acquirer, key, authorizationId }) => [
      `key ${acquirer} ${key}`,
      `hold ${acquirer} ${authorizationId}`,
    ]);
    const replies = await this.record.transaction((tx) => this.captureEach(tx, chosen));
    return requests.map((request) => replies.get(request) ?? null);
  }

  private async captureEach(
    tx: RecordTransaction,
    requests: readonly CaptureRequest[],
  ): Promise<Map<CaptureRequest, Reply>> {
    const firsts = requests.map((request) => ({ request, fingerprint: fingerprintOf(request) }));
    const locked = await tx.lockFirstCaptures(firsts, this.clock.now());
    // Whoever held the rows before may have let time pass, and a hold ends by the clock.
    const at = this.clock.now();
    const decided: DecidedCapture[] = [];
    const replies = new Map<CaptureRequest, Reply>();
    for (const { request, hold } of locked) {
      const work = { operation: 'capture', request, hold } as const;
      const move = await scriptedMove(tx, work);
      if (move.does === 'nothing') {
        replies.set(request, { tells: move.tells });
        continue;
      }
      const { decision, consequences } = this.judgement.of(work, move, at);
      decided.push({ request, decision });
      writeDown(tx, work, consequences);
      replies.set(request, replyTo(decision));
    }
    tx.recordCaptures(decided);
    return replies;
  }
}

/** The first of each name; whoever shares one with an earlier item is left out. */
function withoutRivals<Item>(items: readonly Item[], namesOf: (item: Item) => readonly string[]): Item[] {
  const taken = new Set<string>();
  return items.filter((item) => {
    const names = namesOf(item);
    const isFirst = !names.some((name) => taken.has(name));
    if (isFirst) for (const name of names) taken.add(name);
    return isFirst;
  });
}

/** What the server does not take from all of them together it may take from each alone. */
async function unlessRefused<Item>(
  items: readonly Item[],
  decide: () => Promise<(Reply | null)[]>,
): Promise<(Reply | null)[]> {
  try {
    return await decide();
  } catch (error) {
    if (!isRefusedTransaction(error)) throw error;
    return items.map(() => null);
  }
}
