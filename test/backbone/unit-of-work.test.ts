import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DatabaseFault, poolOf, sqlOf, UnitOfWork, violatedConstraint, type Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { deferred, until } from '../support/until.ts';
import { connectedTo } from './support/connected.ts';
import { DyingServer } from './support/dying-server.ts';

let database: TestDatabase;
let dataSource: DataSource;
let sql: Sql;
let work: UnitOfWork<{ notes: { add(text: string): Promise<unknown> } }>;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await connectedTo(database.ownerUrl, {
    schema: 'public',
    poolSize: 2,
    settings: { deadlock_timeout: '50ms' },
  });
  sql = sqlOf(dataSource);
  await sql.query(`CREATE TABLE note (text text CONSTRAINT note_not_empty CHECK (text <> ''),
    late int CONSTRAINT note_late_unique UNIQUE DEFERRABLE INITIALLY DEFERRED)`);
  work = new UnitOfWork(dataSource, (scope) => ({
    notes: { add: (text) => scope.sql.query('INSERT INTO note (text) VALUES ($1)', [text]) },
  }));
});

beforeEach(() => sql.query('TRUNCATE note'));

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function notes(): Promise<string[]> {
  return (await sql.query<{ text: string }>('SELECT text FROM note ORDER BY text')).map((row) => row.text);
}

/** How many connections of the pool the server knows as being inside a transaction. */
async function openTransactions(): Promise<number> {
  const [row] = await sql.query<{ count: bigint }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
     AND state LIKE 'idle in transaction%'`,
  );
  return Number(row?.count);
}

describe('what stays and what goes', () => {
  test('work that succeeds is committed before run resolves', async () => {
    await work.run((tx) => tx.notes.add('kept'));
    expect(await notes()).toEqual(['kept']);
  });

  test('a rejected result rolls back and is handed on', async () => {
    const result = await work.run(async (tx) => {
      await tx.notes.add('never');
      return { ok: false as const, error: 'amount_exceeded' };
    });
    expect(result).toEqual({ ok: false, error: 'amount_exceeded' });
    expect(await notes()).toEqual([]);
    expect(await openTransactions()).toBe(0);
  });

  test('an exception rolls back and passes unchanged', async () => {
    const bug = new TypeError('a bug');
    const attempt = work.run(async (tx) => {
      await tx.notes.add('never');
      throw bug;
    });
    await expect(attempt).rejects.toBe(bug);
    expect(await notes()).toEqual([]);
    expect(await openTransactions()).toBe(0);
  });

  test('work that throws before it waits for anything rolls back, too', async () => {
    const attempt = work.run(() => {
      throw new Error('at once');
    });
    await expect(attempt).rejects.toThrow('at once');
    expect(await openTransactions()).toBe(0);
  });

  test('a violated constraint passes with its name', async () => {
    const failure: unknown = await work.run((tx) => tx.notes.add('')).catch((error: unknown) => error);
    expect(violatedConstraint(failure)).toBe('note_not_empty');
  });

  test('a constraint that is checked at COMMIT is a refusal, not an unknown outcome', async () => {
    const failure: unknown = await work
      .run((tx) => tx.sql.query("INSERT INTO note VALUES ('a', 1), ('b', 1)"))
      .catch((error: unknown) => error);
    expect(violatedConstraint(failure)).toBe('note_late_unique');
    expect(await notes()).toEqual([]);
  });

  test('swallowing an error of the database does not make COMMIT succeed', async () => {
    const attempt = work.run(async (tx) => {
      await tx.notes.add('never');
      await tx.notes.add('').catch(() => undefined);
    });
    await expect(attempt).rejects.toThrow('COMMIT was answered with ROLLBACK');
    expect(await notes()).toEqual([]);
  });
});

describe('statements that are sent together', () => {
  test('are carried out in their order, in one transaction', async () => {
    const [, , seen] = await work.run((tx) =>
      Promise.all([tx.notes.add('first'), tx.notes.add('second'), tx.sql.query('SELECT text FROM note ORDER BY text')]),
    );
    expect(seen).toEqual([{ text: 'first' }, { text: 'second' }]);
  });

  test('fail with the first that fails, and nothing of them stays', async () => {
    const attempt = work.run((tx) => Promise.all([tx.notes.add('before'), tx.notes.add(''), tx.notes.add('behind')]));
    expect(violatedConstraint(await attempt.catch((error: unknown) => error))).toBe('note_not_empty');
    await work.run((tx) => tx.notes.add('afterwards'));
    expect(await notes()).toEqual(['afterwards']);
    expect(await openTransactions()).toBe(0);
  });

  test('a BEGIN that the server refuses lets nothing be written on its own', async () => {
    const refused = await connectedTo(database.ownerUrl, { schema: 'public', poolSize: 1 });
    // What an operator does who cancels a session in the very moment in which it begins.
    const client = await poolOf(refused).connect();
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query: (first: unknown, ...rest: unknown[]) => query(first === 'BEGIN' ? 'BEGIN, and not' : first, ...rest),
    });
    client.release();
    const writing = new UnitOfWork(refused, () => ({}));
    for (const first of ["INSERT INTO note (text) VALUES ('alone')", 'SELECT 1']) {
      const attempt = writing.run(async (tx) => {
        await tx.sql.query(first);
        await tx.sql.query("INSERT INTO note (text) VALUES ('behind')");
      });
      await expect(attempt).rejects.toThrow('syntax error');
    }
    await refused.destroy();
    expect(await notes()).toEqual([]);
  });
});

describe('effects after the commit', () => {
  test('run in order once the rows can be seen by others', async () => {
    const seen: unknown[] = [];
    let looked: Promise<unknown> = Promise.resolve();
    await work.run(async (tx) => {
      tx.afterCommit(() => {
        looked = notes().then((texts) => seen.push(texts));
      });
      tx.afterCommit(() => seen.push('second'));
      await tx.notes.add('visible');
      expect(seen).toEqual([]);
    });
    await looked;
    expect(seen).toEqual(['second', ['visible']]);
  });

  test('do not run after a rejection, an exception or a refused COMMIT', async () => {
    const ran: string[] = [];
    await work.run(async (tx) => {
      tx.afterCommit(() => ran.push('rejected'));
      return { ok: false as const };
    });
    await work
      .run(async (tx) => {
        tx.afterCommit(() => ran.push('thrown'));
        throw new Error('no');
      })
      .catch(() => undefined);
    await work
      .run(async (tx) => {
        tx.afterCommit(() => ran.push('refused'));
        await tx.notes.add('').catch(() => undefined);
      })
      .catch(() => undefined);
    expect(ran).toEqual([]);
  });

  test('that fail leave the commit and the other effects as they are', async () => {
    const ran: string[] = [];
    await work.run(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('the broker is closed');
      });
      tx.afterCommit(() => ran.push('next'));
      await tx.notes.add('kept');
    });
    expect(ran).toEqual(['next']);
    expect(await notes()).toEqual(['kept']);
  });
});

describe('connections', () => {
  test('a handle that is used after its transaction touches nobody else’s', async () => {
    const stray = deferred<() => Promise<unknown>>();
    await work.run(async (tx) => stray.resolve(() => tx.notes.add('astray')));
    await expect((await stray.promise)()).rejects.toThrow('after its end');
    expect(await notes()).toEqual([]);
  });

  test('a deadlock is retryable and keeps the connection', async () => {
    await sql.query("INSERT INTO note (text) VALUES ('a'), ('b')");
    const bothHoldOne = deferred();
    let holding = 0;
    const lockInOrder = (first: string, second: string): Promise<unknown> =>
      work.run(async (tx) => {
        await tx.sql.query('SELECT FROM note WHERE text = $1 FOR UPDATE', [first]);
        holding += 1;
        if (holding === 2) bothHoldOne.resolve();
        await bothHoldOne.promise;
        await tx.sql.query('SELECT FROM note WHERE text = $1 FOR UPDATE', [second]);
      });
    const before = await backendPids();
    const [ab, ba] = await Promise.allSettled([lockInOrder('a', 'b'), lockInOrder('b', 'a')]);
    const failures = [ab, ba].filter((settled) => settled.status === 'rejected').map((settled) => settled.reason);
    expect(failures).toEqual([expect.objectContaining({ name: 'DatabaseFault', retryable: true })]);
    expect(await backendPids()).toEqual(before);
    expect(await openTransactions()).toBe(0);
  });

  test('one that the server ended in the middle is replaced, and the caller told that nothing was kept', async () => {
    const attempt = work.run(async (tx) => {
      await tx.notes.add('never');
      const [session] = await tx.sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await sql.query('SELECT pg_terminate_backend($1)', [session?.pid]);
      await tx.notes.add('never either');
    });
    await expect(attempt).rejects.toSatisfy((error) => error instanceof DatabaseFault && error.retryable);
    await work.run((tx) => tx.notes.add('afterwards'));
    expect(await notes()).toEqual(['afterwards']);
  });

  test('idle ones that the server ended are not handed out', async () => {
    await Promise.all([notes(), notes()]);
    const outsider = await connectedTo(database.ownerUrl, { schema: 'public', poolSize: 1 });
    await sqlOf(outsider).query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await outsider.destroy();
    await until('the pool to notice', () => poolOf(dataSource).totalCount === 0);
    await work.run((tx) => tx.notes.add('afterwards'));
    expect(await notes()).toEqual(['afterwards']);
  });

  /** The sessions of the whole pool: each is asked while the other is borrowed, too. */
  async function backendPids(): Promise<number[]> {
    const bothAsked = deferred();
    let asked = 0;
    const ask = (): Promise<number> =>
      work.run(async (tx) => {
        const [row] = await tx.sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        asked += 1;
        if (asked === 2) bothAsked.resolve();
        await bothAsked.promise;
        return row?.pid ?? 0;
      });
    return (await Promise.all([ask(), ask()])).toSorted();
  }
});

test('the server dies in the packet in which it says that it is ready: the work fails, and the process lives', async () => {
  const server = await DyingServer.before(database.ownerUrl);
  const through = await connectedTo(server.urlOf(database.ownerUrl), { schema: 'public', poolSize: 2 });
  const held = deferred();
  const begun = deferred();
  const elsewhere = new UnitOfWork(through, () => ({}));
  // Takes the connection that there is, so that the next work needs a new one.
  const first = elsewhere.run(async () => {
    begun.resolve();
    await held.promise;
  });
  await begun.promise;
  server.dieAtNextReady();
  await expect(elsewhere.run((tx) => tx.sql.query('SELECT 1'))).rejects.toBeInstanceOf(DatabaseFault);
  held.resolve();
  await first;
  await through.destroy();
  await server.close();
});
