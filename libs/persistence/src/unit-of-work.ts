import type { DataSource } from 'typeorm';
import { poolOf } from './data-source.ts';
import { asFault, CommitOutcomeUnknown, DatabaseFault } from './fault.ts';
import { sqlOn, type Sql } from './sql.ts';

/** What a transaction offers beside its stores. */
export interface TransactionScope {
  readonly sql: Sql;
  /** Runs after a successful COMMIT, in order; never after a rollback. For hints and wake-ups, which may be lost. */
  afterCommit(effect: () => void): void;
}

export type Transaction<Stores extends object> = Stores & TransactionScope;

/**
 * The only way to write money. Stores exist only on the transaction, so nothing can escape it; a rejected result
 * (`{ ok: false }`) rolls back like an exception, and only a COMMIT that the server confirmed counts.
 */
export class UnitOfWork<Stores extends object> {
  private readonly dataSource: DataSource;
  private readonly storesOn: (scope: TransactionScope) => Stores;

  constructor(dataSource: DataSource, storesOn: (scope: TransactionScope) => Stores) {
    this.dataSource = dataSource;
    this.storesOn = storesOn;
  }

  /** Errors: `DatabaseFault` (retryable, nothing kept), `CommitOutcomeUnknown`, or whatever `work` throws. */
  async run<T>(work: (tx: Transaction<Stores>) => Promise<T>): Promise<T> {
    const client = await poolOf(this.dataSource)
      .connect()
      .catch((error: unknown) => {
        throw asFault(error);
      });
    const effects: (() => void)[] = [];
    let broken: Error | undefined;
    // Without a listener an error event of a borrowed connection would end the process; the next query reports it.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const scope: TransactionScope = { sql: sqlOn(client), afterCommit: (effect) => void effects.push(effect) };
      const result = await work({ ...this.storesOn(scope), ...scope });
      if (isRejection(result)) {
        await client.query('ROLLBACK');
        return result;
      }
      await commit(client);
      for (const effect of effects) effect();
      return result;
    } catch (error) {
      if (error instanceof DatabaseFault) broken ??= error;
      else await client.query('ROLLBACK').catch((failure: Error) => (broken ??= failure));
      throw asFault(error);
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }
}

/** A COMMIT of a failed transaction is answered with the tag ROLLBACK and without an error. */
async function commit(client: { query(text: string): Promise<{ command: string }> }): Promise<void> {
  const answer = await client.query('COMMIT').catch((error: unknown) => {
    throw new CommitOutcomeUnknown(error);
  });
  if (answer.command !== 'COMMIT') throw new Error(`COMMIT was answered with ${answer.command}: nothing was kept.`);
}

function isRejection(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}
