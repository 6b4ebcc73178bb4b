import { jetstream, type JetStreamManager } from '@nats-io/jetstream';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { streams, type EventEnvelope } from '#contracts';
import { Broker } from '#messaging';
import { createLogger } from '#observability';
import { EventWindow, sqlOf, type Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { messagesOf } from '../support/stream-messages.ts';
import { until } from '../support/until.ts';
import { compareWithLog } from './support/carried.ts';
import { connectedTo } from './support/connected.ts';
import { startMortalRelay, type MortalRelay } from './support/mortal-relay.ts';
import { PaymentTraffic } from './support/payment-traffic.ts';

const { name } = streams.payments;
const logger = createLogger({ service: 'test', level: 'silent' });
const nothingWrong = { lost: [], reordered: [] };

/** Some fifty events of these payments. */
const streamBytesMax = 64 * 1024;
const events = 400;

let database: TestDatabase;
let owner: DataSource;
let sql: Sql;
let window: EventWindow;
let nats: TestNats;
let operator: Broker;
let manager: JetStreamManager;
let relay: MortalRelay;

beforeAll(async () => {
  database = await createDatabase();
  owner = await connectedTo(database.ownerUrl, { poolSize: 10 });
  sql = sqlOf(owner);
  window = new EventWindow(owner);
});

beforeEach(async () => {
  await sql.query('TRUNCATE event, relay_cursor');
  nats = await startNats();
  operator = new Broker({ url: nats.url, name: 'operator' });
  manager = await operator.manager();
  // A consumer that reads nothing: what is on the stream stays there.
  await startRelay({ streamBytesMax });
  await until('the stream', () =>
    manager.consumers.add(name, { durable_name: 'reader', ack_policy: 'explicit' }).catch(() => undefined),
  );
});

afterEach(async () => {
  await relay.stop();
  await operator.close();
  await nats.stop();
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

async function startRelay(bounds: { readonly streamBytesMax: number }): Promise<void> {
  relay = startMortalRelay({ log: window, natsUrl: nats.url, owner: crypto.randomUUID(), logger, ...bounds });
}

/** Writes more events than the stream takes, and waits until it has refused. */
async function overfill(): Promise<void> {
  const traffic = await PaymentTraffic.open(owner, { payments: 8 });
  const each = async (payment: (typeof traffic.payments)[number]): Promise<void> => {
    for (let change = 0; change < events / traffic.payments.length; change += 1) await traffic.change(payment);
  };
  await Promise.all(traffic.payments.map(each));
  await until('the stream to be full', async () => (await bytes()) > streamBytesMax - 2_048);
  expect((await window.backlog(1)).unpublished).toBeGreaterThan(events / 2);
}

async function bytes(): Promise<number> {
  return (await manager.streams.info(name)).state.bytes;
}

const isCarried = async (): Promise<boolean> => (await window.backlog(1)).unpublished === 0;

/** Takes whatever is there and acknowledges it, until everything has come. */
async function readEverything(): Promise<EventEnvelope[]> {
  const consumer = await jetstream(await operator.connected()).consumers.get(name, 'reader');
  const read: EventEnvelope[] = [];
  await until(
    'everything',
    async () => {
      for await (const message of await consumer.fetch({ max_messages: 500, expires: 1_000 })) {
        read.push(message.json<EventEnvelope>());
        await message.ackAck();
      }
      return (await compareWithLog(sql, read)).lost.length === 0;
    },
    { deadlineMs: 25_000 },
  );
  return read;
}

test('a full stream drops nothing unread, and everything arrives in order as its reader makes room', async () => {
  await overfill();
  const read = await readEverything();
  expect(await compareWithLog(sql, read)).toEqual({ events, ...nothingWrong });
  await until('the backlog to be gone', isCarried);
});

test('it gets its room message by message, for longer than the server knows ids: it ends, and not in copies', async () => {
  await manager.streams.update(name, { duplicate_window: 100 * 1e6 });
  await overfill();
  const read = await readEverything();
  expect(await compareWithLog(sql, read)).toEqual({ events, ...nothingWrong });
  expect(read.length).toBeLessThan(2 * events);
});

test('a relay that starts with a larger bound gives the stream more room, and it goes on', async () => {
  await overfill();
  await relay.stop();
  await startRelay({ streamBytesMax: 100 * streamBytesMax });
  await until('the backlog to be carried', isCarried);
  expect(await compareWithLog(sql, await messagesOf(nats.url))).toEqual({ events, ...nothingWrong });
});

test('an operator who gives it more room by hand is not contradicted', async () => {
  await overfill();
  await manager.streams.update(name, { max_bytes: 100 * streamBytesMax });
  await until('the backlog to be carried', isCarried);
  expect(await compareWithLog(sql, await messagesOf(nats.url))).toEqual({ events, ...nothingWrong });
  expect((await manager.streams.info(name)).config.max_bytes).toBe(100 * streamBytesMax);
});
