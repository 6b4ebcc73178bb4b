import type { Ids, Payment } from '#domain';
import { DatabaseFault, isConnectionFault, type Sql } from '#persistence';
import { GroupCommit, type Outcome } from './group-commit.ts';
import { IdempotencyStore, type KeyUse } from './idempotency-store.ts';
import { intakeRowOf, lostRaceOf, writeBatch, type IntakeResult, type IntakeRow } from './intake-batch.ts';

const limits = {
  batchSizeMax: 64,
  batchesInFlightMax: Number(process.env['INFLIGHT'] ?? 1),
};

/**
 * Where new payments come in. Those that come at once are written together, and yet each hears what it would have heard
 * alone: one that cannot be written keeps no other from it.
 */
export class PaymentIntake {
  /** The keys of payments that were created before, or refused. */
  readonly keys: IdempotencyStore;
  private readonly sql: Sql;
  private readonly ids: Ids;
  private readonly announce: () => void;
  private readonly commits: GroupCommit<IntakeRow, IntakeResult>;

  /** `announce` tells the relay that there are events. */
  constructor(sql: Sql, ids: Ids, announce: () => void) {
    this.keys = new IdempotencyStore(sql);
    this.sql = sql;
    this.ids = ids;
    this.announce = announce;
    this.commits = new GroupCommit((rows) => this.write(rows), limits);
  }

  /** Errors: whatever the statement threw; `DatabaseFault` when a retry with the same key can help. */
  async accept(payment: Payment, metadata: object, use: KeyUse): Promise<IntakeResult> {
    return this.commits.submit(intakeRowOf(payment, metadata, use, this.ids.next('evt')));
  }

  private async write(rows: readonly IntakeRow[]): Promise<Outcome<IntakeResult>[]> {
    try {
      const results = await writeBatch(this.sql, rows);
      if (results.includes('written')) this.announce();
      return results.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (rows.length === 1) return [outcomeAlone(error)];
      // The server may have committed before we lost it. Whoever asks again with the same key finds out.
      if (isConnectionFault(error)) return rows.map(() => ({ status: 'rejected', reason: error }));
      return (await Promise.all(partsOf(rows, error).map((part) => this.write(part)))).flat();
    }
  }
}

function outcomeAlone(error: unknown): Outcome<IntakeResult> {
  const value = lostRaceOf(error);
  return value === undefined ? { status: 'rejected', reason: error } : { status: 'fulfilled', value };
}

/**
 * The server has refused the rows together, and nothing of them is kept. A row that it cannot take is found by halving,
 * without much delay for the others. A lock that was not given or a deadlock took seconds, and halving would take them again
 * at each step: there everybody goes alone.
 */
function partsOf(rows: readonly IntakeRow[], error: unknown): IntakeRow[][] {
  if (error instanceof DatabaseFault) return rows.map((row) => [row]);
  const half = Math.ceil(rows.length / 2);
  return [rows.slice(0, half), rows.slice(half)];
}
