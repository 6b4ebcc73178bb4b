import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { CreatePayment, type CreatePaymentCommand } from '../../apps/api/src/use-cases/create-payment.ts';
import { IdempotencyReaper } from '../../apps/api/src/schedules/idempotency-reaper.ts';
import { uuidOf, type MerchantId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { aPayment, createMerchant } from '../support/payments.ts';
import { startApiHere } from '../support/services.ts';

let database: TestDatabase;
let api: NestFastifyApplication;
let sql: Sql;
let owner: pg.Client;
let merchantId: MerchantId;

beforeAll(async () => {
  database = await createDatabase();
  // Accepting payments needs no broker: nobody listens at this address.
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
  sql = api.get<Sql>(SQL);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

beforeEach(async () => {
  merchantId = await createMerchant(api);
});

const create = (change: Partial<CreatePaymentCommand> = {}, merchant = merchantId): Promise<Answer> =>
  api.get(CreatePayment).execute(aPayment(merchant, change));

async function rowsOf(table: string, merchant = merchantId): Promise<number> {
  const [row] = await sql.query<{ n: bigint }>(`SELECT count(*) AS n FROM ${table} WHERE merchant_id = $1`, [
    uuidOf(merchant),
  ]);
  return Number(row?.n);
}

/** The service's own role may not change a key. */
async function ageKeys(age: string): Promise<void> {
  await owner.query('UPDATE payments.idempotency SET created_at = now() - $1::interval WHERE merchant_id = $2', [
    age,
    uuidOf(merchantId),
  ]);
}

describe('one idempotency key', () => {
  test('200 parallel equal calls make one payment, one event, and 200 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => create()));

    expect(
      new Set(answers.map((answer) => (answer.kind === 'accepted' ? answer.paymentId : answer.refusal.code))).size,
    ).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect([await rowsOf('payment'), await rowsOf('event'), await rowsOf('idempotency')]).toEqual([1, 1, 1]);
  });

  test('with another input it is refused with the time of its first use, and nothing is written', async () => {
    await create();
    expect(await create({ amount: { minor: 1_100n, currency: 'EUR' } })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'idempotency_key_reused', firstSeenAt: expect.stringMatching(/^20.*Z$/) as string },
    });
    expect(await rowsOf('payment')).toBe(1);
  });

  test('the order of metadata and the time that a caller waits make no other input of it', async () => {
    const first = await create({ metadata: { a: 1, b: { c: 2, d: 3 } }, awaitOutcomeMs: 1 });
    const again = await create({ metadata: { b: { d: 3, c: 2 }, a: 1 }, awaitOutcomeMs: 0 });
    expect(again).toEqual({ ...first, replayed: true });
  });

  test("is the merchant's own: another merchant's payment with the same key is another payment", async () => {
    const other = await createMerchant(api);
    const [mine, theirs] = await Promise.all([create(), create({}, other)]);
    expect(mine).toMatchObject({ kind: 'accepted', replayed: false });
    expect(theirs).toMatchObject({ kind: 'accepted', replayed: false });
  });

  test('a refusal is replayed like an effect, even when the reason has gone', async () => {
    await create();
    const refusedOnce = await create({ idempotencyKey: 'key-2' });
    await sql.query(`UPDATE payment SET state = 'declined' WHERE merchant_id = $1`, [uuidOf(merchantId)]);
    expect(refusedOnce).toMatchObject({ kind: 'refused', replayed: false, refusal: { code: 'reference_taken' } });
    expect(await create({ idempotencyKey: 'key-2' })).toEqual({ ...refusedOnce, replayed: true });
  });

  test('is forgotten after 72 hours and not before', async () => {
    await create();
    await ageKeys('71 hours 59 minutes');
    await api.get(IdempotencyReaper).reap();
    expect(await rowsOf('idempotency')).toBe(1);

    await ageKeys('72 hours 1 minute');
    await api.get(IdempotencyReaper).reap();
    expect(await rowsOf('idempotency')).toBe(0);
  });
});

describe('one reference', () => {
  test('has one live payment, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => create({ idempotencyKey: `race-${n}` })));
    expect(answers.filter((answer) => answer.kind === 'accepted')).toHaveLength(1);
    expect(await rowsOf('payment')).toBe(1);
  });

  test('may be tried again after a decline, as attempt 2; two at once make one', async () => {
    await create();
    await sql.query(`UPDATE payment SET state = 'declined' WHERE merchant_id = $1`, [uuidOf(merchantId)]);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => create({ idempotencyKey: `again-${n}` })));

    expect(answers.filter((answer) => answer.kind === 'accepted')).toHaveLength(1);
    const attempts = await sql.query<{ attempt_number: number }>(
      'SELECT attempt_number FROM payment WHERE merchant_id = $1 ORDER BY 1',
      [uuidOf(merchantId)],
    );
    expect(attempts.map((row) => row.attempt_number)).toEqual([1, 2]);
  });
});

test('a currency that the merchant has not enabled is refused, and no payment is written', async () => {
  expect(await create({ amount: { minor: 5n, currency: 'CHF' } })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'currency_not_enabled', path: ['input', 'amount', 'currency'] },
  });
  expect(await rowsOf('payment')).toBe(0);
});

test('the key, the payment and the event are there together or not at all', async () => {
  // An event that cannot be written (its table refuses the shard) must leave no payment and no key behind.
  await owner.query('ALTER TABLE payments.event ADD CONSTRAINT refuse_all CHECK (false) NOT VALID');
  await expect(create()).rejects.toThrow(/refuse_all/);
  expect([await rowsOf('payment'), await rowsOf('idempotency')]).toEqual([0, 0]);
  await owner.query('ALTER TABLE payments.event DROP CONSTRAINT refuse_all');
  expect(await create()).toMatchObject({ kind: 'accepted', replayed: false });
});
