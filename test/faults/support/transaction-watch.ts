import type pg from 'pg';
import { areAtRest } from './at-rest.ts';

interface IdleSession {
  readonly backend: number;
  readonly role: string;
  /** When its last statement ended: another value is another idleness. */
  readonly since: string;
  readonly idleMs: number;
}

/**
 * Looks for transactions that wait for somebody. PostgreSQL calls a session idle until the next statement has reached it,
 * and on a starved machine that statement itself waits, for a processor in the service or in the session's own backend. So
 * idleness counts only from a moment on at which both slept: the backend had no statement, and the service none to send.
 */
export class TransactionWatch {
  /** The longest idleness, in ms, of a transaction that waited for somebody. */
  longestMs = 0;
  private readonly database: pg.Client;
  private readonly clientOf: (role: string) => Promise<number>;
  private asleep = new Map<string, number>();

  /** `clientOf`: the process whose sessions are the role's. */
  constructor(database: pg.Client, clientOf: (role: string) => Promise<number>) {
    this.database = database;
    this.clientOf = clientOf;
  }

  async look(): Promise<void> {
    const { rows } = await this.database.query<IdleSession>(
      `SELECT pid AS backend, usename AS role, state_change::text AS since,
         (extract(epoch FROM clock_timestamp() - state_change) * 1000)::float8 AS "idleMs"
       FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`,
    );
    const asleep = new Map<string, number>();
    for (const { backend, role, since, idleMs } of rows) {
      const idleness = `${backend} ${since}`;
      // Both slept after the look before this one, and no statement has come since: none was on its way then.
      this.longestMs = Math.max(this.longestMs, this.asleep.get(idleness) ?? 0);
      if (areAtRest([backend, await this.clientOf(role)])) asleep.set(idleness, idleMs);
    }
    this.asleep = asleep;
  }
}
