import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LoggedEvent } from '#contracts';
import { uuidOf } from '#domain';
import { estimateBacklog, EventWindow, sqlOf, type LaneCursor, type Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { deferred, until, type Deferred } from '../support/until.ts';
import { connectedTo } from './support/connected.ts';
import { PaymentTraffic } from './support/payment-traffic.ts';

const everyShard = Array.from({ length: 64 }, (_, shard) => shard);
const hourMs = 3_600_000;

let database: TestDatabase;
let owner: DataSource;
let sql: Sql;
let window: EventWindow;
let traffic: PaymentTraffic;

beforeAll(async () => {
  database = await createDatabase();
  owner = await connectedTo(database.ownerUrl, { poolSize: 10 });
  sql = sqlOf(owner);
  window = new EventWindow(owner);
});

beforeEach(async () => {
  await sql.query('TRUNCATE event, relay_cursor');
  traffic = await PaymentTraffic.open(owner, { payments: 5 });
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

type Payment = (typeof traffic.payments)[number];

function payment(index: number): Payment {
  const found = traffic.payments[index];
  if (found === undefined) throw new Error(`there is no payment ${index}`);
  return found;
}

async function acquire(name = 'relay'): Promise<LaneCursor> {
  const cursor = await window.acquire(0, name, hourMs);
  if (cursor === undefined) throw new Error(`${name} did not get the lane`);
  return cursor;
}

/** `2v1`: version 1 of payment 2. */
function shortly(events: readonly LoggedEvent[]): string[] {
  return events.map((event) => {
    const index = traffic.payments.findIndex((candidate) => candidate.id === event.aggregateId);
    return `${index}v${event.aggregateVersion}`;
  });
}

/** Reads on from the cursor until nothing is left, and tells what came and where that leads. */
async function readOn(cursor: LaneCursor, limit = 100): Promise<{ read: string[]; cursor: LaneCursor }> {
  const read: string[] = [];
  for (let at = cursor; ;) {
    const page = await window.read(at, everyShard, limit);
    read.push(...shortly(page.events));
    at = page.next;
    if (at.publishing === null) return { read, cursor: at };
  }
}

/** A change that stops before its row lock, or between its event and its commit, until it is let go. */
function held(of: Payment, where: 'before' | 'after'): { reached: Deferred<void>; finish(): Promise<void> } {
  const reached = deferred();
  const letGo = deferred();
  const done = traffic.change(of, {
    [where]: async (tx: { sql: Sql }) => {
      await tx.sql.query('SELECT pg_current_xact_id()');
      reached.resolve();
      await letGo.promise;
    },
  });
  return {
    reached,
    finish() {
      letGo.resolve();
      return done;
    },
  };
}

describe('what comes in which window', () => {
  test('a number taken early and committed late comes in the next window', async () => {
    const late = held(payment(0), 'after');
    await late.reached.promise;
    await traffic.change(payment(1));
    const first = await readOn(await acquire());
    expect(first.read).toEqual(['1v1']);
    await late.finish();
    expect((await readOn(first.cursor)).read).toEqual(['0v1']);
  });

  test('a transaction id taken early and a row lock late: the payment stays in its own order', async () => {
    const late = held(payment(0), 'before');
    await late.reached.promise;
    await traffic.change(payment(0));
    const first = await readOn(await acquire());
    expect(first.read).toEqual(['0v1']);
    await late.finish();
    expect((await readOn(first.cursor)).read).toEqual(['0v2']);
  });

  test('both at once in one window: in the order of the row lock', async () => {
    const late = held(payment(0), 'before');
    await late.reached.promise;
    await traffic.change(payment(0));
    await late.finish();
    expect((await readOn(await acquire())).read).toEqual(['0v1', '0v2']);
  });

  test('what is rolled back never comes', async () => {
    const cursor = await acquire();
    const refused = traffic.change(payment(0), {
      after: () => Promise.reject(new Error('rolled back')),
    });
    await expect(refused).rejects.toThrow('rolled back');
    await traffic.change(payment(0));
    expect((await readOn(cursor)).read).toEqual(['0v1']);
  });

  test.each([0, 1])(
    'a commit between two pages waits for the next window (lane that has published before: %i)',
    async (n) => {
      let cursor = await acquire();
      for (let before = 0; before < n; before += 1) {
        await traffic.change(payment(4));
        cursor = (await readOn(cursor)).cursor;
      }
      const late = held(payment(0), 'after');
      await late.reached.promise;
      for (const index of [1, 2, 3]) await traffic.change(payment(index));
      const page = await window.read(cursor, everyShard, 2);
      expect(shortly(page.events)).toEqual(['1v1', '2v1']);
      await late.finish();
      await traffic.change(payment(0));
      const rest = await readOn(page.next, 2);
      expect(rest.read).toEqual(['3v1']);
      expect((await readOn(rest.cursor, 2)).read).toEqual(['0v1', '0v2']);
    },
  );

  test.each([
    [3, 3],
    [4, 3],
    [6, 3],
    [1, 3],
  ])('%i events in pages of %i: no page is empty, the last one ends the window', async (count, limit) => {
    for (let index = 0; index < count; index += 1) await traffic.change(payment(0));
    const sizes: number[] = [];
    let cursor = await acquire();
    do {
      const page = await window.read(cursor, everyShard, limit);
      sizes.push(page.events.length);
      cursor = page.next;
    } while (cursor.publishing !== null);
    expect(sizes).toEqual(
      Array.from({ length: Math.ceil(count / limit) }, (_, p) => Math.min(limit, count - p * limit)),
    );
  });

  test('a lane reads its own shards only', async () => {
    for (const each of traffic.payments) await traffic.change(each);
    const cursor = await acquire();
    const even = await window.read(
      cursor,
      everyShard.filter((shard) => shard % 2 === 0),
      100,
    );
    const odd = await window.read(
      cursor,
      everyShard.filter((shard) => shard % 2 === 1),
      100,
    );
    expect([...shortly(even.events), ...shortly(odd.events)].toSorted()).toEqual(['0v1', '1v1', '2v1', '3v1', '4v1']);
    expect(even.events.every((event) => event.shard % 2 === 0)).toBe(true);
  });
});

describe('the lease', () => {
  test('is nobody else’s while it lasts, and anybody’s afterwards, by the clock of the database', async () => {
    await acquire('first');
    vi.useFakeTimers({ now: Date.now() + 10 * hourMs, toFake: ['Date'] });
    try {
      expect(await window.acquire(0, 'second', hourMs)).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
    await sql.query("UPDATE relay_cursor SET lease_until = now() - interval '1 ms'");
    expect(await window.acquire(0, 'second', hourMs)).toMatchObject({ lane: 0, epoch: 2n });
    expect(await window.acquire(0, 'first', hourMs)).toBeUndefined();
  });

  test('ends by itself when its holder is gone', async () => {
    await window.acquire(0, 'first', 30);
    await until('the lease to end', async () => (await window.acquire(0, 'second', hourMs)) !== undefined);
  });

  test('is free at once when it is given back, and only its holder can do that', async () => {
    await acquire('first');
    await window.release(0, 'second');
    expect(await window.acquire(0, 'second', hourMs)).toBeUndefined();
    await window.release(0, 'first');
    expect(await window.acquire(0, 'second', hourMs)).toBeDefined();
  });

  test('two that ask at the same moment: one gets it', async () => {
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((name) => window.acquire(0, name, hourMs)));
    expect(asked.filter((cursor) => cursor !== undefined)).toHaveLength(1);
  });
});

describe('storing the cursor', () => {
  test('from the same cursor twice: the second changes nothing', async () => {
    const cursor = await acquire();
    await traffic.change(payment(0));
    const { cursor: read } = await readOn(cursor);
    const stored = await window.advance(read, 'relay', hourMs);
    expect(stored).toMatchObject({ published: read.published });
    expect(await window.advance({ ...cursor, streamSeq: 99n }, 'relay', hourMs)).toBeUndefined();
    expect(await acquire()).toMatchObject({ published: read.published, streamSeq: 0n });
  });

  test('after the lane went to somebody else: changes nothing', async () => {
    const mine = await acquire('first');
    await window.release(0, 'first');
    const theirs = await acquire('second');
    expect(await window.advance({ ...mine, streamSeq: 99n }, 'first', hourMs)).toBeUndefined();
    expect(await window.advance(theirs, 'second', hourMs)).toMatchObject({ streamSeq: 0n });
  });
});

describe('a database that was restored elsewhere and counts transactions from a smaller number', () => {
  test('the lane begins again: what it brought along is published once, what comes new is not missed', async () => {
    await traffic.change(payment(0));
    await sql.query("UPDATE event SET xid = '900000000000'::xid8");
    await acquire();
    await sql.query("UPDATE relay_cursor SET published = '900000000001:900000000001:'");
    await traffic.change(payment(0));
    const again = await readOn(await acquire());
    expect(again.read).toEqual(['0v1', '0v2']);
    await traffic.change(payment(0));
    const news = await readOn(again.cursor);
    expect(news.read).toEqual(['0v3']);
    expect((await readOn(news.cursor)).read).toEqual([]);
  });
});

describe('the backlog', () => {
  test('is the whole log before the first relay', async () => {
    await traffic.change(payment(0));
    expect(await window.backlog(1)).toMatchObject({ unpublished: 1 });
  });

  test('shrinks with every page that is stored, and knows the age of the oldest', async () => {
    for (let index = 0; index < 5; index += 1) await traffic.change(payment(index));
    await sql.query("UPDATE event SET occurred_at = occurred_at - interval '90 seconds' WHERE aggregate_id = $1", [
      uuidOf(payment(4).id),
    ]);
    const before = await window.backlog(1);
    expect(before.unpublished).toBe(5);
    expect(before.oldestAgeMs).toBeGreaterThan(89_000);
    const page = await window.read(await acquire(), everyShard, 2);
    const stored = await window.advance(page.next, 'relay', hourMs);
    expect(await window.backlog(1)).toMatchObject({ unpublished: 3 });
    const end = await readOn(stored ?? page.next);
    await window.advance(end.cursor, 'relay', hourMs);
    expect(await window.backlog(1)).toEqual({ unpublished: 0, oldestAgeMs: 0 });
    await traffic.change(payment(0));
    expect(await window.backlog(1)).toMatchObject({ unpublished: 1 });
  });

  test('of two lanes counts each event by its own lane', async () => {
    for (const each of traffic.payments) await traffic.change(each);
    const even = everyShard.filter((shard) => shard % 2 === 0);
    const page = await window.read(await acquire(), even, 100);
    await window.advance(page.next, 'relay', hourMs);
    expect(await window.backlog(2)).toMatchObject({ unpublished: 5 - page.events.length });
  });
});

describe('the estimate of the backlog', () => {
  const ageOldest = (by: string): Promise<unknown> =>
    sql.query('UPDATE event SET occurred_at = occurred_at - $1::interval WHERE seq = (SELECT min(seq) FROM event)', [
      by,
    ]);

  test('is the whole log before the first relay, and nothing of an empty one', async () => {
    expect(await estimateBacklog(sql, 1)).toEqual({ events: 0, oldestAgeMs: 0 });
    for (let index = 0; index < 3; index += 1) await traffic.change(payment(index));
    expect(await estimateBacklog(sql, 1)).toMatchObject({ events: 3 });
  });

  test('shrinks with every page that is stored, and knows the age of the oldest', async () => {
    for (let index = 0; index < 5; index += 1) await traffic.change(payment(index));
    await ageOldest('90 seconds');
    const cursor = await acquire();
    const before = await estimateBacklog(sql, 1);
    expect(before.events).toBe(5);
    expect(before.oldestAgeMs).toBeGreaterThan(89_000);
    const page = await window.read(cursor, everyShard, 2);
    const stored = await window.advance(page.next, 'relay', hourMs);
    const within = await estimateBacklog(sql, 1);
    expect(within.events).toBe(3);
    expect(within.oldestAgeMs).toBeLessThan(60_000);
    const end = await readOn(stored ?? page.next);
    await window.advance(end.cursor, 'relay', hourMs);
    expect(await estimateBacklog(sql, 1)).toEqual({ events: 0, oldestAgeMs: 0 });
    await traffic.change(payment(0));
    expect(await estimateBacklog(sql, 1)).toMatchObject({ events: 1 });
  });

  test('of two lanes reaches back to the one that is further behind', async () => {
    for (const each of traffic.payments) await traffic.change(each);
    const even = everyShard.filter((shard) => shard % 2 === 0);
    const page = await window.read(await acquire(), even, 100);
    await window.advance(page.next, 'relay', hourMs);
    const { events } = await estimateBacklog(sql, 2);
    expect(events).toBeGreaterThanOrEqual(5 - page.events.length);
    expect(events).toBeLessThanOrEqual(5);
  });

  test('of a log that is published again is no older than the stream for which that is done', async () => {
    for (let index = 0; index < 5; index += 1) await traffic.change(payment(index));
    await ageOldest('1 hour');
    const cursor = await acquire();
    const stream = { created: new Date(Date.now() - 7_000), lastSeq: 0n };
    const rewound = await window.advance(window.rewind(cursor, stream), 'relay', hourMs);
    const atFirst = await estimateBacklog(sql, 1);
    expect(atFirst.events).toBe(0);
    expect(atFirst.oldestAgeMs).toBeLessThan(30_000);
    const page = await window.read(rewound ?? cursor, everyShard, 2);
    await window.advance(page.next, 'relay', hourMs);
    expect((await estimateBacklog(sql, 1)).events).toBe(0);
  });
});

test('the log has no dead tuples after writing, publishing and rewinding', async () => {
  const fresh = await createDatabase();
  // Sessions report their statistics when they end, and seldom before.
  const source = await connectedTo(fresh.ownerUrl, { poolSize: 10 });
  window = new EventWindow(source);
  traffic = await PaymentTraffic.open(source, { payments: 5 });
  for (let round = 0; round < 20; round += 1) await Promise.all(traffic.payments.map((each) => traffic.change(each)));
  const { cursor } = await readOn(await acquire(), 7);
  const rewound = window.rewind(cursor, { created: new Date(), lastSeq: 0n });
  await window.advance((await readOn(rewound, 7)).cursor, 'relay', hourMs);
  await source.destroy();

  const reader = await connectedTo(fresh.ownerUrl);
  const tuples = (): Promise<{ written: bigint; dead: bigint; changed: bigint }[]> =>
    sqlOf(reader).query(
      `SELECT sum(n_tup_ins)::bigint AS written, sum(n_dead_tup)::bigint AS dead,
         sum(n_tup_upd + n_tup_del)::bigint AS changed
       FROM pg_stat_user_tables WHERE schemaname = 'payments' AND relname LIKE 'event%'`,
    );
  await until('the statistics', async () => (await tuples())[0]?.written === 100n);
  expect(await tuples()).toEqual([{ written: 100n, dead: 0n, changed: 0n }]);
  await reader.destroy();
  await fresh.drop();
});
