import type { NatsConnection } from '@nats-io/transport-node';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Broker, ensureStream, Relay } from '#messaging';
import { createLogger } from '#observability';
import { EventWindow, sqlOf, type Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { deferred, until } from '../support/until.ts';
import { messagesOf } from '../support/stream-messages.ts';
import { compareWithLog } from './support/carried.ts';
import { connectedTo } from './support/connected.ts';
import { startMortalRelay, type MortalRelay, type MortalRelayOptions } from './support/mortal-relay.ts';
import { PaymentTraffic } from './support/payment-traffic.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const nothingWrong = { lost: [], reordered: [] };

let database: TestDatabase;
let nats: TestNats;
let owner: DataSource;
let sql: Sql;
let window: EventWindow;
let traffic: PaymentTraffic;
let relays: MortalRelay[];

beforeAll(async () => {
  database = await createDatabase();
  owner = await connectedTo(database.ownerUrl, { poolSize: 10 });
  sql = sqlOf(owner);
  window = new EventWindow(owner);
});

beforeEach(async () => {
  await sql.query('TRUNCATE event, relay_cursor');
  nats = await startNats();
  traffic = await PaymentTraffic.open(owner, { payments: 5 });
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await nats.stop();
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

function start(options: Partial<MortalRelayOptions> = {}): MortalRelay {
  const name = `relay-${relays.length + 1}`;
  const relay = startMortalRelay({ log: window, natsUrl: nats.url, owner: name, logger, ...options });
  relays.push(relay);
  return relay;
}

async function changeEach(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1)
    await Promise.all(traffic.payments.map((each) => traffic.change(each)));
}

async function everythingPublished(lanes = 1, deadlineMs = 15_000): Promise<void> {
  const isPublished = async (): Promise<boolean> => (await window.backlog(lanes)).unpublished === 0;
  await until('the backlog to be published', isPublished, { deadlineMs });
}

async function holder(): Promise<string | null | undefined> {
  const [row] = await sql.query<{ owner: string | null }>('SELECT owner FROM relay_cursor WHERE lane = 0');
  return row?.owner;
}

describe('take-over', () => {
  test('a relay that stops gives the lane to the one that waits, without waiting for its lease to end', async () => {
    const leaseMs = 4_500;
    const first = start({ leaseMs });
    await until('the first to hold the lane', async () => (await holder()) === 'relay-1');
    start({ leaseMs });
    await changeEach(1);
    await everythingPublished();
    await first.stop();
    await changeEach(1);
    // The one that waits asks three times in a lease; the lease itself has at least three seconds to go.
    await everythingPublished(1, 2_500);
    expect(await holder()).toBe('relay-2');
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 10, ...nothingWrong });
  });

  test('a relay that dies is followed when its lease has ended', async () => {
    const first = start({ leaseMs: 300 });
    await until('the first to hold the lane', async () => (await holder()) === 'relay-1');
    first.die();
    start({ leaseMs: 300 });
    await changeEach(1);
    await everythingPublished();
    expect(await holder()).toBe('relay-2');
  });

  test('a relay without a broker does not keep the lane from one that has it', async () => {
    start({ natsUrl: 'nats://127.0.0.1:1' });
    start();
    await changeEach(1);
    await everythingPublished();
    expect(await holder()).toBe('relay-2');
  });

  test('four lanes of one log: all of it, each payment in its order', async () => {
    start({ lanes: 4 });
    start({ lanes: 4 });
    await changeEach(10);
    await everythingPublished(4);
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 50, ...nothingWrong });
  });

  test('stopping without a broker does not wait for one', async () => {
    await nats.kill();
    const relay = start();
    await relay.stop();
  });
});

describe('a stream that forgot', () => {
  test('wiped: everything is published again', async () => {
    start();
    await changeEach(2);
    await everythingPublished();
    await nats.kill();
    await nats.wipe();
    await nats.restart();
    await until('the log on the new stream', async () => (await messagesOf(nats.url)).length === 10);
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 10, ...nothingWrong });
  });

  test('wiped while the relay was not there: the next relay publishes everything again', async () => {
    const first = start();
    await changeEach(2);
    await everythingPublished();
    await first.stop();
    await nats.kill();
    await nats.wipe();
    await nats.restart();
    start();
    await until('the log on the new stream', async () => (await messagesOf(nats.url)).length === 10);
  });

  test('lost its end while nobody wrote: what is missing is published again', async () => {
    start();
    await changeEach(1);
    await everythingPublished();
    await nats.kill();
    const restore = await nats.remember();
    await nats.restart();
    await changeEach(1);
    await everythingPublished();
    await nats.kill();
    await restore();
    await nats.restart();
    await until('all messages', async () => (await compareWithLog(sql, await messagesOf(nats.url))).lost.length === 0);
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 10, ...nothingWrong });
  });

  test('made anew behind the back of a relay that stays connected: the next acknowledgement tells', async () => {
    start();
    await changeEach(2);
    await everythingPublished();
    const broker = new Broker({ url: nats.url, name: 'operator' });
    const manager = await broker.manager();
    await manager.streams.delete('PAYMENTS');
    await ensureStream(manager, 'payments');
    await changeEach(1);
    // Sooner than the relay looks at a stream that it has no reason to doubt.
    await until('all messages', async () => (await messagesOf(nats.url)).length === 15, { deadlineMs: 3_000 });
    await broker.close();
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ lost: [] });
  });
});

test('the broker is away for a while: events wait in the log and arrive afterwards', async () => {
  start();
  await changeEach(1);
  await everythingPublished();
  await nats.kill();
  await changeEach(3);
  expect(await window.backlog(1)).toMatchObject({ unpublished: 15 });
  await nats.restart();
  await everythingPublished();
  expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 20, ...nothingWrong });
});

describe('publishing fails in the middle of a page', () => {
  test.each(['lost on the way', 'stored, but its acknowledgement lost'])('%s: order is kept', async (how) => {
    await changeEach(6);
    const stored = how.startsWith('stored');
    const broker = new StumblingBroker({ url: nats.url, name: 'stumbling' }, stored);
    const relay = new Relay(window, broker, { source: 'payments', owner: 'stumbling', lanes: 1, logger });
    relay.start();
    await everythingPublished();
    await relay.stop();
    await broker.close();
    expect(broker.failures).toBe(5);
    expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({ events: 30, ...nothingWrong });
  });
});

test('an idle relay reads from snapshots that are stored, because a crash may undo what only it has seen', async () => {
  const read: { readonly version: bigint; readonly published: string }[] = [];
  const enough = deferred();
  const relay: MortalRelay = start({
    log: {
      acquire: (...lease) => window.acquire(...lease),
      release: (...lease) => window.release(...lease),
      rewind: (...loss) => window.rewind(...loss),
      advance: (...lease) => window.advance(...lease),
      async read(cursor, shards, limit) {
        read.push(cursor);
        if (read.length === 20) enough.resolve();
        // Every look sees another snapshot.
        await sql.query('SELECT pg_current_xact_id()');
        relay.relay.wake();
        return window.read(cursor, shards, limit);
      },
    },
  });
  await enough.promise;
  await relay.stop();
  const snapshotsOf = Map.groupBy(read, (cursor) => cursor.version);
  for (const cursors of snapshotsOf.values()) {
    expect(new Set(cursors.map((cursor) => cursor.published)).size).toBe(1);
  }
});

test('a backlog of 50 000 events is drained by reading each row about once', async () => {
  const count = 50_000;
  const transactions = 100;
  const before = 200;
  // The planner's last statistics are those of a young log; whatever comes behind its rows it takes for a handful.
  await changeEach(before / traffic.payments.length);
  await analyzeForTheLastTime();
  // Many transactions, as in life.
  for (let written = 0; written < transactions; written += 1) {
    await sql.query(
      `INSERT INTO event (shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type,
         schema_version, payload, occurred_at)
       SELECT i % 64, gen_random_uuid(), gen_random_uuid(), 'payment', gen_random_uuid(), 1, 'payment.created', 1,
         '{"filler":"' || repeat('x', 600) || '"}', now()
       FROM generate_series(1, $1) AS i`,
      [count / transactions],
    );
  }
  const rowsReadBefore = await rowsRead();
  // Sessions report their statistics when they end, so the relay has some of its own.
  const source = await connectedTo(database.ownerUrl);
  const began = performance.now();
  const relay = start({ log: new EventWindow(source) });
  await until(
    'the backlog to be published',
    async () => {
      const [cursor] = await sql.query<{ ended: boolean }>(
        `SELECT publishing IS NULL AND published::text <> '3:3:' AS ended FROM relay_cursor`,
      );
      return cursor?.ended;
    },
    { deadlineMs: 50_000 },
  );
  const seconds = (performance.now() - began) / 1_000;
  console.info(`backlog: ${count} events in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s`);
  await relay.stop();
  await source.destroy();
  // Fetching and sorting the rest of the window for each page would read two and a half million.
  await until('the statistics', async () => (await rowsRead()) >= rowsReadBefore + count);
  expect((await rowsRead()) - rowsReadBefore).toBeLessThan(2 * count);
  expect(await compareWithLog(sql, await messagesOf(nats.url))).toMatchObject({
    events: before + count,
    ...nothingWrong,
  });
}, 60_000);

/** As autovacuum does it: only the partitions that have rows, so that of the others the planner knows nothing. */
async function analyzeForTheLastTime(): Promise<void> {
  const partitions = await sql.query<{ name: string }>('SELECT DISTINCT tableoid::regclass::text AS name FROM event');
  for (const { name } of partitions) {
    await sql.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
    await sql.query(`ANALYZE ${name}`);
  }
}

async function rowsRead(): Promise<number> {
  const [row] = await sql.query<{ rows: bigint }>(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS rows FROM pg_stat_user_tables
     WHERE schemaname = 'payments' AND relname LIKE 'event%'`,
  );
  return Number(row?.rows);
}

/** Fails the third publication of each payment, once: before it is sent, or after it was stored. */
class StumblingBroker extends Broker {
  failures = 0;
  private readonly stored: boolean;
  private readonly publications = new Map<string, number>();

  constructor(options: { url: string; name: string }, stored: boolean) {
    super(options);
    this.stored = stored;
  }

  override async connected(signal?: AbortSignal): Promise<NatsConnection> {
    const connection = await super.connected(signal);
    return new Proxy(connection, {
      get: (target, property) => {
        if (property === 'request') return this.request.bind(this, target);
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  private async request(target: NatsConnection, ...request: Parameters<NatsConnection['request']>): Promise<unknown> {
    const [subject, payload] = request;
    if (!subject.startsWith('payments.')) return target.request(...request);
    const payment = (JSON.parse(String(payload)) as { subject: string }).subject;
    const count = (this.publications.get(payment) ?? 0) + 1;
    this.publications.set(payment, count);
    if (count !== 3) return target.request(...request);
    this.failures += 1;
    if (this.stored) await target.request(...request);
    throw new Error('no acknowledgement in time');
  }
}
