import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { CallbackBell } from '../callbacks/callback-bell.ts';
import type { Challenge } from '../challenges/challenge.ts';
import type { AcquirerName, Answer, FoundAnswer, KeyedKind } from '../operations/operation.ts';
import { firstAuthorizationsParameters, firstAuthorizationsStatement } from './batch-statements.ts';
import type { FirstAuthorization } from './batch-statements.ts';
import { challengeColumns, toChallenge } from './challenge-rows.ts';
import type { ChallengeRow } from './challenge-rows.ts';
import { RecordTransaction } from './record-transaction.ts';
import { StatementNames } from './statement-names.ts';

/** The acquirers' durable record. Everything in one transaction is there together or not at all. */
@Injectable()
export class RecordStore {
  private readonly names = new StatementNames();

  constructor(
    private readonly dataSource: DataSource,
    private readonly bell: CallbackBell,
  ) {}

  /** On a plain connection: every payment passes here twice, and its statements are planned once per connection. */
  async transaction<T>(work: (tx: RecordTransaction) => Promise<T>): Promise<T> {
    let broken: Error | undefined;
    const note = (error: Error): void => {
      broken = error;
    };
    const client = await this.borrow(note);
    try {
      await client.query('BEGIN');
      const tx = new RecordTransaction(client, this.names);
      const result = await work(tx);
      await Promise.all([...tx.sent, commit(client)]);
      if (tx.wroteCallbacks) this.bell.ring();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(note);
      throw error;
    } finally {
      client.removeListener('error', note);
      client.release(broken);
    }
  }

  /** Gives those that were written. Of those whose key is known already nothing is. One statement is a transaction of its own. */
  async addFirstAuthorizations(firsts: readonly FirstAuthorization[]): Promise<Set<FirstAuthorization>> {
    const { rows } = await this.pool.query<{ acquirer: AcquirerName; key: string }>({
      name: this.names.of(firstAuthorizationsStatement),
      text: firstAuthorizationsStatement,
      values: firstAuthorizationsParameters(firsts),
    });
    const fresh = new Set(rows.map(({ acquirer, key }) => `${acquirer} ${key}`));
    return new Set(firsts.filter(({ request }) => fresh.has(`${request.acquirer} ${request.key}`)));
  }

  /** What is known under a key at that instant; null while nothing is, or is not to be found yet. */
  async findAnswer(acquirer: AcquirerName, key: string, at: Date): Promise<FoundAnswer | null> {
    const [row]: { operation: KeyedKind; answer: Answer }[] = await this.dataSource.query(
      `SELECT operation, answer FROM sandbox.operation
       WHERE acquirer = $1 AND idempotency_key = $2 AND findable_from <= $3`,
      [acquirer, key, at],
    );
    return row === undefined ? null : { operation: row.operation, ...row.answer };
  }

  async findChallenge(acquirer: AcquirerName, authorizationId: string): Promise<Challenge | null> {
    const [row]: ChallengeRow[] = await this.dataSource.query(
      `SELECT ${challengeColumns} FROM sandbox.challenge WHERE acquirer = $1 AND authorization_id = $2`,
      [acquirer, authorizationId],
    );
    return row === undefined ? null : toChallenge(row);
  }

  private get pool(): Pool {
    return (this.dataSource.driver as PostgresDriver).master as Pool;
  }

  /** By callback: a server that dies may say so in the same packet in which it has just said that it is ready. */
  private borrow(broke: (error: Error) => void): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.pool.connect((error, client) => {
        if (client === undefined) {
          reject(error ?? new Error('The pool gave neither a connection nor a reason.'));
          return;
        }
        client.on('error', broke);
        resolve(client);
      });
    });
  }
}

/** PostgreSQL answers the COMMIT of a failed transaction with the tag ROLLBACK and without an error. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}.`);
}
