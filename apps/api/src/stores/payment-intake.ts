import { BatchedWrites, type Outcome } from '#batching';
import { invariant, type Ids, type Payment } from '#domain';
import { DatabaseFault, isConnectionFault, type Sql } from '#persistence';
import type { Answer } from '../use-cases/answer.ts';
import type { IntakeGate } from '../use-cases/intake-gate.ts';
import { IdempotencyStore } from './idempotency-store.ts';
import {
  intakeRowOf,
  lostRaceOf,
  writeBatch,
  type CreationKey,
  type IntakeResult,
  type IntakeRow,
} from './intake-batch.ts';
import { KnownKeys } from './known-keys.ts';

const limits = {
  /**
   * Some 5 ms of the database's time: what a payment that comes just too late waits for, and how long the keys and references
   * of a batch are held. Twice the connections that the aim is measured with.
   */
  batchSizeMax: 64,
  /**
   * A batch that waits for somebody's lock holds up itself and what comes before the next is full, no more. The rest of the
   * pool's twelve connections is for reading and for the money that moves later.
   */
  batchesInFlightMax: 3,
} as const;

/**
 * Where new payments come in. Those that come at once are written together, and yet each hears what it would have heard
 * alone: one that cannot be written keeps no other from it.
 */
export class PaymentIntake {
  /** The keys of payments that were created before, or refused. */
  readonly keys: IdempotencyStore;
  private readonly knownKeys: KnownKeys;
  private readonly sql: Sql;
  private readonly ids: Ids;
  private readonly announce: () => void;
  private readonly gate: Pick<IntakeGate, 'refusal'>;
  private readonly writes: BatchedWrites<IntakeRow, IntakeResult>;

  /** `announce` tells the relay that there are events. */
  constructor(sql: Sql, ids: Ids, announce: () => void, gate: Pick<IntakeGate, 'refusal'>) {
    this.keys = new IdempotencyStore(sql);
    this.knownKeys = new KnownKeys(this.keys);
    this.gate = gate;
    this.sql = sql;
    this.ids = ids;
    this.announce = announce;
    this.writes = new BatchedWrites((rows) => this.write(rows), limits);
  }

  /** For how long the payment has waited that is to be written next. */
  get longestWaitMs(): number {
    return this.writes.longestWaitMs;
  }

  /**
   * Lets everybody pass while the gate is open. While it is closed, gives whoever has been here before the same answer again,
   * and writes nothing. Errors: the gate's refusal for everybody else.
   */
  async admit(use: CreationKey): Promise<Answer | undefined> {
    const refusal = this.gate.refusal();
    if (refusal === undefined) return undefined;
    const known = await this.knownKeys.find(use);
    if (known === null) throw refusal;
    return known;
  }

  /** Errors: whatever the statement threw; `DatabaseFault` when a retry with the same key can help. */
  async accept(payment: Payment, metadata: object, use: CreationKey): Promise<IntakeResult> {
    return this.writes.submit(intakeRowOf(payment, metadata, use, this.ids.next('evt')));
  }

  /** Ends with the statement that was to write all rows; what then goes on apart keeps nobody else waiting. */
  private async write(rows: readonly IntakeRow[]): Promise<Outcome<IntakeResult>[]> {
    try {
      const results = await writeBatch(this.sql, rows);
      if (results.includes('written')) this.announce();
      return results;
    } catch (error) {
      const lostRace = rows.length === 1 ? lostRaceOf(error) : undefined;
      if (lostRace !== undefined) return [lostRace];
      // A server that was lost may have committed. Whoever asks again with the same key finds out.
      if (rows.length === 1 || isConnectionFault(error)) throw error;
      return partsOf(rows, error).flatMap((part) => this.writeApart(part));
    }
  }

  private writeApart(rows: readonly IntakeRow[]): Promise<IntakeResult>[] {
    const written = this.write(rows);
    return rows.map(async (_, position) => {
      const outcome = (await written)[position];
      invariant(outcome !== undefined, 'a write gives an outcome for each row');
      return outcome;
    });
  }
}

/**
 * The server has refused the rows together, and nothing of them is kept. Those that it cannot take are found by halving,
 * without much delay for the others. A lock that was not given took seconds, and halving would take them again at each step:
 * there everybody goes alone.
 */
function partsOf(rows: readonly IntakeRow[], error: unknown): IntakeRow[][] {
  if (error instanceof DatabaseFault) return rows.map((row) => [row]);
  const half = Math.ceil(rows.length / 2);
  return [rows.slice(0, half), rows.slice(half)];
}
