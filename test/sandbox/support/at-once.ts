import { Client } from 'pg';
import { onTestFinished, vi } from 'vitest';
import { Chance } from '../../../apps/sandbox/src/chance.ts';
import { DecideTogether } from '../../../apps/sandbox/src/operations/decide-together.ts';
import type {
  AuthorizeRequest,
  CaptureRequest,
  OperationRequest,
} from '../../../apps/sandbox/src/operations/operation.ts';
import { PerformOperation } from '../../../apps/sandbox/src/operations/perform-operation.ts';
import { Refusal } from '../../../apps/sandbox/src/operations/refusal.ts';
import type { TestDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import type { ManualClock } from './manual-clock.ts';
import { Sandbox } from './sandbox.ts';

/** Of the seed that a sandbox has unless it is told another. */
const chance = new Chance('1');

export function authorization(key: string, change: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  return {
    operation: 'authorize',
    acquirer: 'alpha',
    key,
    cardToken: 'tok_visa',
    amountMinor: 1_099,
    currency: 'EUR',
    reference: key,
    returnUrl: null,
    ...change,
  };
}

/** Of an authorization that was asked for, or was not. */
export function capture(
  key: string,
  { acquirer, key: authorizationKey, amountMinor }: AuthorizeRequest,
  change: Partial<CaptureRequest> = {},
): CaptureRequest {
  const authorizationId = chance.identifier('auth', acquirer, authorizationKey);
  return { operation: 'capture', acquirer, key, authorizationId, amountMinor, final: true, ...change };
}

/** A sandbox that is asked many things in the same moment: the first begins, and those behind it find it under way. */
export class AtOnce {
  private constructor(
    private readonly database: TestDatabase,
    private readonly sandbox: Sandbox,
    readonly owner: Client,
  ) {}

  /** Ends with the test. `each_alone` decides nothing together, not even a batch of one. */
  static async start(
    databases: { readonly create: () => Promise<TestDatabase> },
    decides: 'together' | 'each_alone' = 'together',
  ): Promise<AtOnce> {
    const database = await databases.create();
    onTestFinished(() => database.drop());
    const sandbox = await Sandbox.start(database, { SANDBOX_PUBLIC_URL: 'https://acquirers.example' });
    const owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
    onTestFinished(async () => {
      await owner.end();
      await sandbox.stop();
    });
    if (decides === 'each_alone') vi.spyOn(sandbox.application.get(DecideTogether), 'reply').mockResolvedValue(null);
    return new AtOnce(database, sandbox, owner);
  }

  get clock(): ManualClock {
    return this.sandbox.clock;
  }

  /** What each hears, in the order of asking. */
  atOnce(requests: readonly OperationRequest[]): Promise<unknown[]> {
    return Promise.all(requests.map((request) => this.ask(request)));
  }

  async oneByOne(requests: readonly OperationRequest[]): Promise<unknown[]> {
    const heard: unknown[] = [];
    for (const request of requests) heard.push(await this.ask(request));
    return heard;
  }

  private async ask(request: OperationRequest): Promise<unknown> {
    try {
      return await this.sandbox.application.get(PerformOperation).execute(request, 'none');
    } catch (error) {
      return error instanceof Refusal ? { refused: error.code } : { failed: String(error) };
    }
  }

  async totals(): Promise<unknown> {
    return (await this.sandbox.get('/truth/totals')).body;
  }

  /** Everything that was written down, but for the places in which it is. */
  async record(): Promise<unknown> {
    const record: unknown[] = [];
    for (const table of ['operation', 'effect', 'hold', 'asked', 'challenge', 'dispute', 'callback']) {
      const { rows } = await this.owner.query(
        `SELECT to_jsonb(t) - 'xid' - 'seq' AS fields, to_json(t) ->> 'answer' AS answer
         FROM sandbox.${table} t ORDER BY fields`,
      );
      record.push({ table, rows });
    }
    return record;
  }

  /** In how many transactions the effects of these keys were written. */
  async transactionsOf(keys: readonly string[]): Promise<number> {
    const { rows } = await this.owner.query<{ transactions: number }>(
      `SELECT count(DISTINCT xid)::int AS transactions FROM sandbox.effect WHERE idempotency_key = ANY($1)`,
      [keys],
    );
    return rows[0]?.transactions ?? 0;
  }

  /** Asks while another holds what this statement locks, and lets it go when something has happened meanwhile. */
  async behindALock(lock: string, requests: readonly OperationRequest[], meanwhile: () => unknown): Promise<unknown[]> {
    const other = new Client({ connectionString: this.database.ownerUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query(lock);
    const heard = this.atOnce(requests);
    await until('a call to wait for the lock', () => this.somebodyWaits());
    try {
      await meanwhile();
    } finally {
      await other.end();
    }
    return heard;
  }

  /** Stops the sandbox, whose sessions then say how they have found rows: of all tables how many were read as a whole. */
  async wholeTablesRead(): Promise<number> {
    await this.sandbox.stop();
    const read = await until('the sessions to end', async () => {
      const { rows } = await this.owner.query<{ sessions: number; whole: number }>(
        `SELECT (SELECT count(*)::int FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'quittance-sandbox') AS sessions,
           (SELECT sum(seq_scan)::int FROM pg_stat_user_tables WHERE relname IN ('operation', 'hold', 'effect')) AS whole`,
      );
      return rows[0]?.sessions === 0 ? rows : undefined;
    });
    return read[0]?.whole ?? 0;
  }

  /** Throws when a call in flight has locked one of these holds. */
  async expectFreeHolds(...references: string[]): Promise<void> {
    await this.owner.query(`SELECT FROM sandbox.hold WHERE reference = ANY($1) FOR UPDATE NOWAIT`, [references]);
  }

  /** Throws when a call in flight has taken this key. */
  async expectFreeKey(key: string): Promise<void> {
    await this.owner.query('BEGIN');
    try {
      await this.owner.query(`SET LOCAL lock_timeout = '1ms'`);
      await this.owner.query(keyTaken(key));
    } finally {
      await this.owner.query('ROLLBACK');
    }
  }

  private async somebodyWaits(): Promise<boolean> {
    const { rows } = await this.owner.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  }
}

/** What another process of the same acquirers writes when it is called under this key. */
export function keyTaken(key: string): string {
  return `INSERT INTO sandbox.operation (acquirer, idempotency_key, operation, fingerprint, first_called_at)
    VALUES ('alpha', '${key}', 'authorize', 'another', now())`;
}
