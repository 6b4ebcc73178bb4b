import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { IntakeGate } from '../../apps/api/src/use-cases/intake-gate.ts';
import { uuidOf, type Id, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, type HttpAnswer, type MerchantDoor } from '../support/merchant-door.ts';
import { startApiHere } from '../support/services.ts';
import { until } from '../support/until.ts';

/** Nobody listens at this address: the broker is away, and the log keeps everything. */
const noNats = { url: 'nats://127.0.0.1:1' };

let database: TestDatabase;
let owner: pg.Client;
let api: NestFastifyApplication;
let door: MerchantDoor;

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  api = await startApiHere({ database, nats: noNats, environment: { LOG_LEVEL: 'silent', ...environment } });
  door = await openMerchantDoor(api);
}

beforeEach(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterEach(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

interface Outcome {
  readonly payment: { readonly id: string; readonly status: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

const fields = '{ payment { id status } userErrors { code } }';
const createDocument = `mutation ($input: CreatePaymentInput!) { outcome: createPayment(input: $input) ${fields} }`;

function create(change: object = {}, document = createDocument): Promise<HttpAnswer<{ outcome: Outcome | null }>> {
  const input = {
    idempotencyKey: randomUUID(),
    reference: randomUUID(),
    amount: { minor: 1_099, currency: 'EUR' },
    source: { cardToken: 'tok_visa' },
    awaitOutcomeMs: 0,
    ...change,
  };
  return ask(door, document, { input });
}

async function accepted(change: object = {}): Promise<string> {
  const { data, errors } = await create(change);
  expect(errors).toEqual([]);
  return data?.outcome?.payment?.id ?? '';
}

async function isShedding(): Promise<boolean> {
  return (await create()).errors[0]?.extensions.code === 'OVERLOADED';
}

const sheds = (): Promise<unknown> => until('new payments to be turned away', isShedding);
const takesAgain = (): Promise<unknown> => until('them to be taken again', async () => !(await isShedding()));

/** What a relay does that has published everything. */
async function relayEverything(): Promise<void> {
  await owner.query(
    `INSERT INTO payments.relay_cursor (lane, published) VALUES (0, pg_current_snapshot())
     ON CONFLICT (lane) DO UPDATE SET published = excluded.published`,
  );
}

/** Nobody carries payments on here, so the test does. */
async function bring(paymentId: string, state: 'authorized' | 'captured'): Promise<void> {
  await owner.query('UPDATE payments.payment SET state = $1, authorized = amount, captured = $2 WHERE id = $3', [
    state,
    state === 'captured' ? 1_099 : 0,
    uuidOf(paymentId as Id<'pay'>),
  ]);
}

function followUp(
  mutation: 'capture' | 'void' | 'refund',
  paymentId: string,
): Promise<HttpAnswer<{ outcome: Outcome }>> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}PaymentInput`;
  const document = `mutation ($input: ${type}!) { outcome: ${mutation}Payment(input: $input) ${fields} }`;
  return ask(door, document, { input: { idempotencyKey: randomUUID(), paymentId, awaitOutcomeMs: 0 } });
}

async function rows(table: string): Promise<number> {
  const found = await owner.query<{ n: string }>(`SELECT count(*) AS n FROM payments.${table}`);
  return Number(found.rows[0]?.n);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${await api.getUrl()}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('while events pile up that nobody carries on', () => {
  beforeEach(() => start({ INTAKE_BACKLOG_AGE_MAX_MS: '300' }));

  test('a new payment is told when to come back, in the words of GraphQL and of HTTP, and nothing is written', async () => {
    await accepted();
    await sheds();
    const before = { payments: await rows('payment'), keys: await rows('idempotency'), events: await rows('event') };
    const answer = await create();
    expect(answer).toMatchObject({ status: 503, data: undefined });
    expect(answer.errors).toEqual([
      {
        message: expect.stringContaining('same idempotency key'),
        extensions: {
          code: 'OVERLOADED',
          retryable: true,
          retryAfterMs: expect.any(Number),
          requestId: answer.headers.get('x-request-id'),
        },
      },
    ]);
    const retryAfterMs = Number(answer.errors[0]?.extensions['retryAfterMs']);
    expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
    expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1_000));
    // Not a refusal either, which would be remembered.
    await create({ amount: { minor: 1, currency: 'USD' } });
    expect({
      payments: await rows('payment'),
      keys: await rows('idempotency'),
      events: await rows('event'),
    }).toEqual(before);
    expect(await metric('quittance_intake_shed_total')).toBeGreaterThan(0);
    expect(await metric('quittance_intake_shedding')).toBe(1);
    expect(await metric('quittance_intake_backlog_age_seconds')).toBeGreaterThan(0.3);
  });

  test('who asked for more in the same operation gets the rest, as HTTP wants it: with status 200', async () => {
    await accepted();
    await sheds();
    const document = createDocument.replace(/}$/, '__typename }');
    const answer = await create({}, document);
    expect(answer).toMatchObject({ status: 200, data: { outcome: null, __typename: 'Mutation' } });
    expect(answer.errors).toMatchObject([{ path: ['outcome'], extensions: { code: 'OVERLOADED' } }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('a key that was used before gets its answer, whatever that was', async () => {
    const first = { idempotencyKey: 'first', reference: 'first' };
    const refused = { idempotencyKey: 'refused', reference: 'refused', amount: { minor: 1, currency: 'USD' } };
    const id = await accepted(first);
    await create(refused);
    await sheds();
    const again = await create(first);
    expect(again).toMatchObject({ status: 200, data: { outcome: { payment: { id } } }, errors: [] });
    expect(again.extensions).toMatchObject({ idempotency: { replayed: true } });
    expect((await create(refused)).data?.outcome?.userErrors).toMatchObject([{ code: 'CURRENCY_NOT_ENABLED' }]);
    const changed = await create({ ...first, reference: 'another' });
    expect(changed.data?.outcome?.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test.each(['capture', 'void', 'refund'] as const)('a %s gets through', async (mutation) => {
    const id = await accepted();
    await bring(id, mutation === 'refund' ? 'captured' : 'authorized');
    await sheds();
    const answer = await followUp(mutation, id);
    expect(answer).toMatchObject({ status: 200, data: { outcome: { payment: { id }, userErrors: [] } }, errors: [] });
  });

  test('it ends when the events have been carried on', async () => {
    await accepted();
    await sheds();
    await relayEverything();
    await takesAgain();
    expect(await metric('quittance_intake_shedding')).toBe(0);
  });
});

test('the number of events counts, however young they are', async () => {
  await start({ INTAKE_BACKLOG_EVENTS_MAX: '5' });
  await relayEverything();
  for (let count = 0; count < 6; count += 1) await accepted();
  await sheds();
  await relayEverything();
  await takesAgain();
});

/** Held by the test for as long as the database is to be slow. */
const slowness = 4_711;
/** Keeps a connection busy until then, whatever time a lock may take here. */
const whileItIsSlow = `DO $$ BEGIN
  WHILE NOT pg_try_advisory_xact_lock_shared(${slowness}) LOOP PERFORM pg_sleep(0.05); END LOOP;
END $$`;

describe('while the database is slow', () => {
  beforeEach(async () => {
    await start({ INTAKE_QUEUE_WAIT_MAX_MS: '200' });
    await relayEverything();
  });

  test('payments that wait behind a stuck one are all taken in the end, and new ones are turned away', async () => {
    const id = await accepted();
    await bring(id, 'authorized');
    await owner.query('BEGIN');
    await owner.query(
      `INSERT INTO payments.idempotency (merchant_id, operation, key, fingerprint, payment_id, created_at)
       VALUES ($1, 'create_payment', 'stuck', 'x', $2, now())`,
      [uuidOf(door.merchantId), uuidOf(id as Id<'pay'>)],
    );
    const stuck = create({ idempotencyKey: 'stuck' });
    const waiting = [create(), create()];
    await until('the gate to close', () => api.get(IntakeGate).shedding === 'queue_wait');
    expect((await create()).status).toBe(503);
    expect(await followUp('capture', id)).toMatchObject({ data: { outcome: { userErrors: [] } } });
    await owner.query('ROLLBACK');
    expect((await stuck).errors).toEqual([]);
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ status: 200, errors: [] });
    expect(await rows('payment')).toBe(4);
    await takesAgain();
  });

  test('captures have connections of their own, and a new payment hears soon that there is none for it', async () => {
    const id = await accepted();
    await bring(id, 'authorized');
    const sql = api.get<Sql>(SQL);
    await owner.query(`SELECT pg_advisory_lock(${slowness})`);
    const slow = Promise.all(Array.from({ length: 4 }, () => sql.query(whileItIsSlow)));
    await until('the gate to close', () => api.get(IntakeGate).shedding === 'queue_wait');
    const captured = await api.get(CapturePayment).execute({
      merchantId: door.merchantId,
      idempotencyKey: randomUUID(),
      paymentId: id as PaymentId,
      amount: undefined,
      final: true,
      awaitOutcomeMs: 0,
    });
    expect(captured).toMatchObject({ kind: 'accepted' });
    const turnedAway = await create();
    expect(turnedAway.status).toBe(503);
    await owner.query(`SELECT pg_advisory_unlock(${slowness})`);
    await slow;
    await takesAgain();
  });
});
