import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from './data-source.ts';
import { asFault, CommitOutcomeUnknown, isConnectionFault } from './fault.ts';
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
    const client = await this.borrow();
    // A connection goes back only when the server has confirmed that no transaction is open on it.
    let clean = false;
    const begun = client.query('BEGIN');
    const opened = openScope(client, begun);
    try {
      const [result] = await Promise.all([work({ ...this.storesOn(opened.scope), ...opened.scope }), begun]);
      opened.end();
      if (isRejection(result)) {
        clean = await rolledBack(client);
        return result;
      }
      await commit(client);
      clean = true;
      opened.announce();
      return result;
    } catch (error) {
      opened.end();
      clean = !isConnectionFault(error) && (await rolledBack(client));
      throw asFault(error);
    } finally {
      client.removeListener('error', reportedByTheNextQuery);
      client.release(!clean);
    }
  }

  /**
   * Without a listener an error event of a borrowed connection would end the process; the next query reports it. By callback,
   * because a server that dies may say so in the same packet in which it has just said that it is ready.
   */
  private borrow(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      poolOf(this.dataSource).connect((error, client) => {
        if (client === undefined) {
          reject(asFault(error));
          return;
        }
        client.on('error', reportedByTheNextQuery);
        resolve(client);
      });
    });
  }
}

const onlyReads = /^\s*SELECT\b/;

function reportedByTheNextQuery(): void {}

interface OpenScope {
  readonly scope: TransactionScope;
  /** From now on the handle refuses: its connection is about to carry somebody else's transaction. */
  end(): void;
  announce(): void;
}

/**
 * What only reads leaves in one packet with BEGIN. Everything else waits until the server has confirmed the transaction: were
 * BEGIN refused, by an operator who cancels just then, a statement that was sent behind it would be kept on its own.
 */
function openScope(client: PoolClient, begun: Promise<unknown>): OpenScope {
  const sql = sqlOn(client);
  let mayWrite = false;
  let somethingWaits = false;
  const confirmed = begun.then(() => (mayWrite = true));
  // Whoever waits for it hears of the refusal, and so does the transaction itself.
  confirmed.catch(() => undefined);
  const effects: (() => void)[] = [];
  let over = false;
  const assertOpen = (): void => {
    if (over) throw new Error('The handle of a transaction was used after its end. Is an await missing?');
  };
  return {
    scope: {
      sql: {
        query: async (text, values) => {
          assertOpen();
          if (!mayWrite && (somethingWaits ||= !onlyReads.test(text))) {
            await confirmed;
            assertOpen();
          }
          return sql.query(text, values);
        },
      },
      afterCommit: (effect) => {
        assertOpen();
        effects.push(effect);
      },
    },
    end: () => {
      over = true;
    },
    announce: () => {
      for (const effect of effects) {
        try {
          effect();
        } catch {
          // The transaction stands whatever becomes of its hints; a poll is behind each.
        }
      }
    },
  };
}

/** A COMMIT of a failed transaction is answered with the tag ROLLBACK and without an error. */
async function commit(client: PoolClient): Promise<void> {
  const answer = await client.query('COMMIT').catch((error: unknown) => {
    // A server that refuses says so, when a constraint is checked last for example. Only silence leaves it open.
    throw isConnectionFault(error) ? new CommitOutcomeUnknown(error) : error;
  });
  if (answer.command !== 'COMMIT') throw new Error(`COMMIT was answered with ${answer.command}: nothing was kept.`);
}

function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

function isRejection(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}
