import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { hints } from '#contracts';
import { uuidOf, type PaymentId } from '#domain';
import { Broker } from '#messaging';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { whileAwayForApi } from '../support/database-away.ts';
import { openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { aPayment } from '../support/payments.ts';
import { startApiHere } from '../support/services.ts';
import { Subscriber } from '../support/subscriber.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Client;
let api: NestFastifyApplication;
/** An API without a broker: no hint ever reaches it. */
let deafApi: NestFastifyApplication;
let door: MerchantDoor;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  api = await startApiHere({ database, nats });
  deafApi = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
  door = await openMerchantDoor(api);
});

afterAll(async () => {
  await Promise.all([api.close(), deafApi.close()]);
  await owner.end();
  await nats.stop();
  await database.drop();
});

let references = 0;

async function create(): Promise<PaymentId> {
  references += 1;
  const reference = `order-${references}`;
  const answer = await api
    .get(CreatePayment)
    .execute(aPayment(door.merchantId, { idempotencyKey: reference, reference, awaitOutcomeMs: 0 }));
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}

/** As another process would: a committed change, and perhaps a hint. */
async function change(id: PaymentId, assignments: string, hint = true): Promise<void> {
  await owner.query(`UPDATE payments.payment SET ${assignments} WHERE id = $1`, [uuidOf(id)]);
  if (hint) await sayChanged(id);
}

async function sayChanged(id: PaymentId): Promise<void> {
  const broker = api.get(Broker);
  await broker.connected();
  broker.hint(hints.paymentChanged, id);
}

/** Whether a statement asks for the version of the payment. */
function looksAt(id: PaymentId, text: string, values: readonly unknown[] | undefined): boolean {
  return text.includes('xmin') && values?.includes(uuidOf(id)) === true;
}

interface Update {
  readonly paymentUpdated: {
    readonly id: string;
    readonly status: string;
    readonly settlement: { readonly status: string } | null;
    readonly timeline: readonly { readonly kind: string }[];
  };
}

const paymentUpdated = `subscription ($id: ID!) {
  paymentUpdated(id: $id) { id status settlement { status } timeline { kind } }
}`;

const statusesOf = (items: readonly Update[]): string[] => items.map((item) => item.paymentUpdated.status);

test('shows the payment as it stands at once, and again after each change', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  expect(await heard.hear(1)).toMatchObject([{ paymentUpdated: { id, status: 'PROCESSING' } }]);
  await change(id, `state = 'authorized', authorized = amount`);
  await heard.hear(2);
  await change(id, `state = 'captured', captured = amount`);
  expect(statusesOf(await heard.hear(3))).toEqual(['PROCESSING', 'AUTHORIZED', 'CAPTURED']);
  await subscriber.leave();
});

test('hints make it fast: five changes one after the other are seen in less than three polls', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  const begunMs = performance.now();
  for (let changes = 1; changes <= 5; changes += 1) {
    await change(id, 'updated_at = now()');
    await heard.hear(1 + changes);
  }
  expect(performance.now() - begunMs).toBeLessThan(3 * 2_000);
  await subscriber.leave();
});

test('shows a settlement too, which changes no status', async () => {
  const id = await create();
  await change(id, `state = 'captured', authorized = amount, captured = amount`);
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  await change(
    id,
    `settlement_batch_id = gen_random_uuid(), settlement_net = 1000, settlement_fee = 99, settled_at = now()`,
  );
  const settlements = (await heard.hear(2)).map((item) => item.paymentUpdated.settlement?.status);
  expect(settlements).toEqual(['PENDING', 'SETTLED']);
  await subscriber.leave();
});

test('loads what belongs to the payment anew for each change', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  await owner.query(
    `INSERT INTO payments.event (shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type,
       schema_version, payload, occurred_at)
     SELECT shard, gen_random_uuid(), merchant_id, aggregate_type, aggregate_id, 2, 'payment.failed', 1,
       jsonb_set(payload::jsonb, '{reason}', '"acquirer_unreachable"')::text, now()
     FROM payments.event WHERE aggregate_id = $1`,
    [uuidOf(id)],
  );
  await change(id, `state = 'failed', version = 2`);
  const timelines = (await heard.hear(2)).map((item) => item.paymentUpdated.timeline.map(({ kind }) => kind));
  expect(timelines).toEqual([['payment.created'], ['payment.created', 'payment.failed']]);
  await subscriber.leave();
});

test('a hint without a change shows nothing', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  for (let times = 0; times < 5; times += 1) await sayChanged(id);
  await change(id, `state = 'declined'`);
  expect(statusesOf(await heard.hear(2))).toEqual(['PROCESSING', 'DECLINED']);
  await subscriber.leave();
});

test('the last change is seen without any hint', async () => {
  const id = await create();
  const subscriber = Subscriber.of({ ...door, graphqlUrl: `${await deafApi.getUrl()}/graphql` });
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  await change(id, `state = 'declined'`, false);
  expect(statusesOf(await heard.hear(2))).toEqual(['PROCESSING', 'DECLINED']);
  await subscriber.leave();
});

test('a change between the look at the version and the read of the payment is not lost', async () => {
  const id = await create();
  const sql = api.get<Sql>(SQL);
  const query = sql.query.bind(sql);
  const spied = vi.spyOn(sql, 'query');
  let looks = 0;
  spied.mockImplementation(async (text, values) => {
    const rows = await query(text, values);
    // The first look is whether there is such a payment, the second is that of the first item. The gate's look at the backlog,
    // which comes by the clock, is none of them.
    if (looksAt(id, text, values) && (looks += 1) === 2) await change(id, `state = 'declined'`);
    return rows;
  });
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  expect(statusesOf(await heard.hear(2)).at(-1)).toBe('DECLINED');
  spied.mockRestore();
  await subscriber.leave();
});

test.each([
  ['of another merchant', async () => create()],
  ['that is none', async () => 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz'],
  ['by what is no id', async () => 'order-1'],
])('a payment %s ends the subscription with an error', async (_, idOfPayment) => {
  const subscriber = Subscriber.of(await openMerchantDoor(api));
  const ending = await subscriber.subscribe<Update>(paymentUpdated, { id: await idOfPayment() }).ended();
  expect(ending).toMatchObject({
    kind: 'errors',
    errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'id', requestId: expect.stringMatching(/^req_/) } }],
  });
  await subscriber.leave();
});

test('the database may go and come back meanwhile', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  await whileAwayForApi(owner, database, async () => {
    const spied = vi.spyOn(api.get<Sql>(SQL), 'query');
    await change(id, `state = 'declined'`);
    await until('a look that fails', () => spied.mock.settledResults.some(({ type }) => type === 'rejected'));
    spied.mockRestore();
  });
  expect(statusesOf(await heard.hear(2))).toEqual(['PROCESSING', 'DECLINED']);
  expect(heard.ending()).toBeUndefined();
  await subscriber.leave();
});

test('who stops listening is not looked for any more', async () => {
  const id = await create();
  const subscriber = Subscriber.of(door);
  const heard = subscriber.subscribe<Update>(paymentUpdated, { id });
  await heard.hear(1);
  heard.stop();
  const sql = api.get<Sql>(SQL);
  const spied = vi.spyOn(sql, 'query');
  // Another payment's subscription proves that hints are heard, after those of the first one.
  const other = await create();
  const still = subscriber.subscribe<Update>(paymentUpdated, { id: other });
  await still.hear(1);
  await change(id, `state = 'declined'`);
  await change(other, `state = 'declined'`);
  await still.hear(2);
  const looks = (payment: PaymentId): unknown[] =>
    spied.mock.calls.filter(([text, values]) => looksAt(payment, text, values));
  await until('looks at the other one', () => looks(other).length > 0);
  expect(looks(id)).toEqual([]);
  spied.mockRestore();
  await subscriber.leave();
});
