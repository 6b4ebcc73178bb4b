import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { streams, type EventEnvelope, type LoggedEvent } from '#contracts';
import { sqlOf, type Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { EventStreams } from '../support/event-streams.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { paymentCreated } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { connectedTo } from './support/connected.ts';
import { Consumer, consumerName } from './support/consumer.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: DataSource;
let sql: Sql;
let said: EventStreams;
let consumer: Consumer;

beforeAll(async () => {
  database = await createDatabase();
  owner = await connectedTo(database.ownerUrl);
  sql = sqlOf(owner);
  await sql.query('CREATE TABLE effect (n serial, event text)');
});

beforeEach(async () => {
  await sql.query('TRUNCATE effect, inbox');
  nats = await startNats();
  said = await EventStreams.open(nats.url);
  consumer = await Consumer.open({ databaseUrl: database.ownerUrl, natsUrl: nats.url, server: { ackWaitMs: 1_000 } });
});

afterEach(async () => {
  await consumer.close();
  await said.close();
  await nats.stop();
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

async function note(event: EventEnvelope, tx: { sql: Sql }): Promise<void> {
  await tx.sql.query('INSERT INTO effect (event) VALUES ($1)', [event.id]);
}

async function effects(): Promise<string[]> {
  return (await sql.query<{ event: string }>('SELECT event FROM effect ORDER BY event')).map((row) => row.event);
}

const idsOf = (events: readonly LoggedEvent[]): string[] => events.map((event) => event.id).toSorted();

test.each(['killed −9', 'killed −9 and wiped'])(
  'NATS %s: the consumer goes on with the server that comes back',
  async (how) => {
    await consumer.on('payments.v1.payment.created', note).listen();
    const events = Array.from({ length: 40 }, () => paymentCreated());
    await said.publish('payments', ...events.slice(0, 20));
    await until('the first ones', async () => (await effects()).length === 20);
    await nats.kill();
    if (how.endsWith('wiped')) await nats.wipe();
    await nats.restart();
    // What a relay does when it sees an empty stream.
    await said.restore();
    await said.publish('payments', ...(how.endsWith('wiped') ? events : events.slice(20)));
    await until('the others', async () => (await effects()).length === 40);
    await until('every message to be answered', () => said.isDone('payments', consumerName));
    expect(await effects()).toEqual(idsOf(events));
  },
);

test('the consumer deleted by an operator: it is made anew, and what it knew already changes nothing', async () => {
  await consumer.on('payments.v1.payment.created', note).listen();
  const events = Array.from({ length: 20 }, () => paymentCreated());
  await said.publish('payments', ...events.slice(0, 10));
  await until('the first ones', async () => (await effects()).length === 10);
  await (await consumer.broker.manager()).consumers.delete(streams.payments.name, consumerName);
  await said.publish('payments', ...events.slice(10));
  await until('the others', async () => (await effects()).length === 20);
  await until('every message to be answered', () => said.isDone('payments', consumerName));
  expect(await effects()).toEqual(idsOf(events));
});

test('without a broker at the start: it listens as soon as there is one', async () => {
  await nats.kill();
  await consumer.on('payments.v1.payment.created', note).listen();
  await nats.restart();
  await said.restore();
  const event = paymentCreated();
  await said.publish('payments', event);
  await until('its effect', async () => (await effects()).length === 1);
});
