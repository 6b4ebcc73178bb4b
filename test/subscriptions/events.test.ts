import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest';
import { hints } from '#contracts';
import { idOf, uuidOf } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere } from '../support/services.ts';
import { Subscriber } from '../support/subscriber.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Pool;
let api: NestFastifyApplication;
let door: MerchantDoor;
/** Everything that the API asks its database. */
let statements: MockInstance<Sql['query']>;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  api = await startApiHere({ database, nats });
  statements = vi.spyOn(api.get<Sql>(SQL), 'query');
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

beforeEach(async () => {
  door = await openMerchantDoor(api);
});

/** As the webhooks service does: one transaction under the merchant's lock. Gives the public ids in their order. */
async function tell(types: readonly string[], { merchantId } = door, hint = true): Promise<string[]> {
  const ids = types.map(() => randomUUID());
  const client = await owner.connect();
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO feed.merchant_sequence (merchant_id, last_sequence) VALUES ($1, $2)
     ON CONFLICT (merchant_id) DO UPDATE SET last_sequence = merchant_sequence.last_sequence + $2`,
    [uuidOf(merchantId), types.length],
  );
  await client.query(
    `INSERT INTO feed.merchant_event (shard, merchant_id, sequence, event_id, type, occurred_at, data)
     SELECT 0, $1, last_sequence - $4 + position, id, type, now(), '{"n":1}'
     FROM feed.merchant_sequence, unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS told (id, type, position)
     WHERE merchant_id = $1`,
    [uuidOf(merchantId), ids, types, types.length],
  );
  await client.query('COMMIT');
  client.release();
  if (hint) {
    const broker = api.get(Broker);
    await broker.connected();
    broker.hint(hints.feedGrew, merchantId);
  }
  return ids.map((id) => idOf('evt', id));
}

interface Told {
  readonly events: { readonly id: string; readonly sequence: number; readonly type: string };
}

const follow = `subscription ($types: [String!], $after: String) {
  events(types: $types, after: $after) { id sequence type }
}`;

const idsOf = (items: readonly Told[]): string[] => items.map(({ events }) => events.id);
const sequencesOf = (items: readonly Told[]): number[] => items.map(({ events }) => events.sequence);

test('without a place to resume: what comes from now on', async () => {
  await tell(['payment.created', 'payment.captured']);
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Told>(follow);
  await placeFound();
  const ids = await tell(['payment.refunded', 'payment.settled']);
  expect(idsOf(await heard.hear(2))).toEqual(ids);
  expect(sequencesOf(heard.items)).toEqual([3, 4]);
  await subscriber.leave();
});

/** Until the API has looked where the feed of this merchant ends. */
async function placeFound(): Promise<void> {
  await until('the subscription to find its place', () =>
    statements.mock.calls.some(
      ([text, values], call) =>
        text.includes('max(sequence)') &&
        values?.includes(uuidOf(door.merchantId)) &&
        statements.mock.settledResults[call]?.type === 'fulfilled',
    ),
  );
}

describe('resumes', () => {
  test('behind the cursor of a query, with what came meanwhile', async () => {
    const before = await tell(['payment.created', 'payment.authorized', 'payment.captured']);
    const { data } = await ask<{ events: { pageInfo: { endCursor: string } } }>(
      door,
      '{ events(first: 2) { pageInfo { endCursor } } }',
    );
    const after = data?.events.pageInfo.endCursor;
    const meanwhile = await tell(['payment.settled']);
    const subscriber = Subscriber.of(door);
    const heard = subscriber.subscribe<Told>(follow, { after });
    expect(idsOf(await heard.hear(2))).toEqual([before[2], ...meanwhile]);
    const later = await tell(['payment.refunded']);
    expect(idsOf(await heard.hear(3))).toEqual([before[2], ...meanwhile, ...later]);
    await subscriber.leave();
  });

  test('behind the event that one has last, by its id', async () => {
    const ids = await tell(['payment.created', 'payment.authorized', 'payment.captured']);
    const subscriber = Subscriber.of(door);
    expect(idsOf(await subscriber.subscribe<Told>(follow, { after: ids[0] }).hear(2))).toEqual(ids.slice(1));
    await subscriber.leave();
  });

  test('over many pages, in order, each event once', async () => {
    const ids = await tell(Array.from({ length: 234 }, () => 'payment.created'));
    const subscriber = Subscriber.of(door);
    const heard = subscriber.subscribe<Told>(follow, { after: ids[0] });
    expect(idsOf(await heard.hear(233))).toEqual(ids.slice(1));
    await subscriber.leave();
  });

  test('through dropped connections, while events pour in: in the end it has all of them once', async () => {
    const [first = ''] = await tell(['payment.created']);
    const told: string[] = [];
    const batchSizes = Array.from({ length: 60 }, (_, batch) => batch % 7);
    const total = batchSizes.reduce((sum, size) => sum + size);
    const writing = (async () => {
      for (const size of batchSizes) told.push(...(await tell(Array<string>(size).fill('payment.captured'))));
    })();
    const received: string[] = [];
    while (received.length < total) {
      const subscriber = Subscriber.of(door);
      const heard = subscriber.subscribe<Told>(follow, { after: received.at(-1) ?? first });
      const wanted = Math.min(1 + Math.floor(Math.random() * 25), total - received.length);
      await heard.hear(wanted);
      subscriber.client.terminate();
      await heard.ended();
      received.push(...idsOf(heard.items));
    }
    await writing;
    expect(received).toEqual(told);
  });
});

describe('by types', () => {
  test('only these are shown, and the place moves on with the others', async () => {
    const [first = ''] = await tell(['payment.created']);
    const subscriber = Subscriber.of(door);
    const heard = subscriber.subscribe<Told>(follow, { after: first, types: ['payment.captured', 'payment.settled'] });
    await tell(['payment.authorized', 'payment.captured', ...Array<string>(120).fill('payment.created')]);
    await heard.hear(1);
    await tell(['payment.settled']);
    expect((await heard.hear(2)).map(({ events }) => [events.type, events.sequence])).toEqual([
      ['payment.captured', 3],
      ['payment.settled', 124],
    ]);
    await subscriber.leave();
  });

  test('what was passed over is not read again at each look', async () => {
    const [first = ''] = await tell(['payment.created', ...Array<string>(80).fill('payment.created')]);
    const subscriber = Subscriber.of(door);
    const heard = subscriber.subscribe<Told>(follow, { after: first, types: ['payment.settled'] });
    const readsFrom = (): unknown[] =>
      statements.mock.calls
        .filter(([text, values]) => text.includes('sequence > ') && values?.includes(uuidOf(door.merchantId)))
        .map(([, values]) => values?.find((value) => typeof value === 'bigint'));
    await until('the first look', () => readsFrom().length > 0);
    await tell(['payment.settled']);
    await heard.hear(1);
    expect(readsFrom()).toEqual([1n, 81n]);
    await subscriber.leave();
  });
});

test('the events of another merchant are never shown', async () => {
  const stranger = await openMerchantDoor(api);
  const [first = ''] = await tell(['payment.created']);
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Told>(follow, { after: first });
  await tell(['payment.captured', 'payment.captured', 'payment.captured'], stranger);
  const own = await tell(['payment.captured']);
  expect(idsOf(await heard.hear(1))).toEqual(own);
  await subscriber.leave();
});

test('events are seen without any hint', async () => {
  const [first = ''] = await tell(['payment.created']);
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Told>(follow, { after: first });
  const ids = await tell(['payment.captured'], door, false);
  expect(idsOf(await heard.hear(1))).toEqual(ids);
  await subscriber.leave();
});

describe('an error ends the subscription for', () => {
  test.each([
    ['what is no cursor', async () => 'page 2'],
    ['a cursor of payments', async () => Buffer.from('payment:pay_01jd3m9k6nf0h8x7v5q2c4r1tz').toString('base64url')],
    ['an event that is none', async () => 'evt_01jd3m9k6nf0h8x7v5q2c4r1tz'],
    [
      'the event of another merchant',
      async () => (await tell(['payment.created'], await openMerchantDoor(api)))[0] ?? '',
    ],
    ['an empty text', async () => ''],
  ])('%s', async (_, after) => {
    const subscriber = Subscriber.of(door);
    const ending = await subscriber.subscribe<Told>(follow, { after: await after() }).ended();
    expect(ending).toMatchObject({
      kind: 'errors',
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }],
    });
    await subscriber.leave();
  });
});
