import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import { CapturePayment } from '../../apps/api/src/use-cases/capture-payment.ts';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { RefundPayment } from '../../apps/api/src/use-cases/refund-payment.ts';
import { VoidPayment } from '../../apps/api/src/use-cases/void-payment.ts';
import { idOf, uuidOf, type MerchantId, type PaymentId } from '#domain';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { aPayment, createMerchant } from '../support/payments.ts';
import { startApiHere } from '../support/services.ts';

let database: TestDatabase;
let api: NestFastifyApplication;
let owner: pg.Client;
let merchantId: MerchantId;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  merchantId = await createMerchant(api);
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

let references = 0;

/** A payment of 1 000 that an acquirer has authorized, or captured. No orchestrator runs here. */
async function paymentOf(state: 'authorized' | 'captured' | 'in_review'): Promise<PaymentId> {
  references += 1;
  const created = await api.get(CreatePayment).execute(
    aPayment(merchantId, {
      idempotencyKey: `create-${references}`,
      reference: `order-${references}`,
      amount: { minor: 1_000n, currency: 'EUR' },
    }),
  );
  if (created.kind !== 'accepted') throw new Error(created.refusal.message);
  const held = state === 'in_review' ? 0 : 1_000;
  const taken = state === 'captured' ? 1_000 : 0;
  await owner.query('UPDATE payments.payment SET state = $1, authorized = $2, captured = $3 WHERE id = $4', [
    state,
    held,
    taken,
    uuidOf(created.paymentId),
  ]);
  return created.paymentId;
}

const eur = (minor: bigint): { minor: bigint; currency: 'EUR' } => ({ minor, currency: 'EUR' });

const refund = (paymentId: PaymentId, key: string, minor?: bigint, merchant = merchantId): Promise<Answer> =>
  api.get(RefundPayment).execute({
    merchantId: merchant,
    idempotencyKey: key,
    paymentId,
    amount: minor === undefined ? undefined : eur(minor),
    reason: null,
    awaitOutcomeMs: 0,
  });

const capture = (paymentId: PaymentId, key: string, minor?: bigint, final = true): Promise<Answer> =>
  api.get(CapturePayment).execute({
    merchantId,
    idempotencyKey: key,
    paymentId,
    amount: minor === undefined ? undefined : eur(minor),
    final,
    awaitOutcomeMs: 0,
  });

const voidPayment = (paymentId: PaymentId, key: string): Promise<Answer> =>
  api.get(VoidPayment).execute({ merchantId, idempotencyKey: key, paymentId, reason: null, awaitOutcomeMs: 0 });

async function amounts(paymentId: PaymentId): Promise<Record<string, string>> {
  const { rows } = await owner.query<Record<string, string>>(
    `SELECT p.refund_pending, p.capture_pending, p.version,
       (SELECT coalesce(sum(amount), 0) FROM payments.refund r WHERE r.payment_id = p.id) AS refunds,
       (SELECT count(*) FROM payments.event e WHERE e.aggregate_id = p.id) AS events
     FROM payments.payment p WHERE id = $1`,
    [uuidOf(paymentId)],
  );
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, String(value)]));
}

describe('100 parallel refunds of one captured payment', () => {
  test('never give back more than was captured; the others hear what is left', async () => {
    const paymentId = await paymentOf('captured');
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => refund(paymentId, `refund-${n}`, 30n)));

    expect(answers.filter((answer) => answer.kind === 'accepted')).toHaveLength(33);
    for (const answer of answers) {
      if (answer.kind === 'refused')
        expect(answer.refusal).toMatchObject({ code: 'amount_exceeded', availableMinor: 10 });
    }
    expect(await amounts(paymentId)).toMatchObject({
      refund_pending: '990',
      refunds: '990',
      version: '34',
      events: '34',
    });
  });

  test('with one key give back once', async () => {
    const paymentId = await paymentOf('captured');
    const answers = await Promise.all(Array.from({ length: 100 }, () => refund(paymentId, 'the-same', 30n)));

    expect(new Set(answers.map((answer) => answer.kind === 'accepted' && answer.operationId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await amounts(paymentId)).toMatchObject({ refund_pending: '30', refunds: '30' });
  });
});

test('one key used for two payments at once: one is refunded, the other hears that the key is taken', async () => {
  const [first, second] = [await paymentOf('captured'), await paymentOf('captured')];
  const answers = await Promise.all([refund(first, 'crossed', 10n), refund(second, 'crossed', 10n)]);

  expect(answers.map((answer) => (answer.kind === 'accepted' ? 'accepted' : answer.refusal.code)).toSorted()).toEqual([
    'accepted',
    'idempotency_key_reused',
  ]);
  const pending = [await amounts(first), await amounts(second)].map((row) => row['refund_pending']);
  expect(pending.toSorted()).toEqual(['0', '10']);
});

test('a capture and a void at once: whoever comes second hears that it is too late', async () => {
  for (let round = 0; round < 10; round += 1) {
    const paymentId = await paymentOf('authorized');
    const answers = await Promise.all([capture(paymentId, `c-${round}`), voidPayment(paymentId, `v-${round}`)]);
    expect(answers.filter((answer) => answer.kind === 'accepted')).toHaveLength(1);
    expect(answers.find((answer) => answer.kind === 'refused')).toMatchObject({ refusal: { code: 'invalid_state' } });
  }
});

test('captures in parts add up to the authorization and no further', async () => {
  const paymentId = await paymentOf('authorized');
  expect(await capture(paymentId, 'part-1', 600n, false)).toMatchObject({ kind: 'accepted' });
  expect(await capture(paymentId, 'part-2', 401n, false)).toMatchObject({
    kind: 'refused',
    refusal: { code: 'amount_exceeded', availableMinor: 400, currency: 'EUR' },
  });
  expect(await capture(paymentId, 'part-3', undefined, true)).toMatchObject({ kind: 'accepted' });
  expect(await amounts(paymentId)).toMatchObject({ capture_pending: '1000' });
});

test('a refusal names the status, what is allowed, and is replayed', async () => {
  const paymentId = await paymentOf('captured');
  const first = await voidPayment(paymentId, 'too-late');
  expect(first).toMatchObject({
    kind: 'refused',
    refusal: {
      code: 'invalid_state',
      currentStatus: 'CAPTURED',
      allowedActions: ['REFUND'],
      path: ['input', 'paymentId'],
    },
  });
  expect(await voidPayment(paymentId, 'too-late')).toEqual({ ...first, replayed: true });
});

test('voiding twice is done once, and the second is no error', async () => {
  const paymentId = await paymentOf('authorized');
  expect(await voidPayment(paymentId, 'void-1')).toMatchObject({ kind: 'accepted' });
  expect(await voidPayment(paymentId, 'void-2')).toMatchObject({ kind: 'accepted', replayed: false });
  expect(await amounts(paymentId)).toMatchObject({ version: '2', events: '2' });
});

test('a payment in review is voided at once, because nothing is held yet', async () => {
  const paymentId = await paymentOf('in_review');
  await voidPayment(paymentId, 'withdraw');
  const { rows } = await owner.query('SELECT state, voided FROM payments.payment WHERE id = $1', [uuidOf(paymentId)]);
  expect(rows).toEqual([{ state: 'voided', voided: '0' }]);
});

test.each([
  ["another merchant's payment", () => createMerchant(api)],
  ['an id that nobody has', () => Promise.resolve(merchantId)],
])('%s is not found, and the key stays free', async (_, whose) => {
  const merchant = await whose();
  const paymentId =
    merchant === merchantId ? idOf('pay', '01890000-0000-7000-8000-000000000000') : await paymentOf('captured');
  expect(await refund(paymentId, 'lost', 1n, merchant)).toMatchObject({
    kind: 'refused',
    refusal: { code: 'not_found', path: ['input', 'paymentId'] },
  });
  const { rows } = await owner.query(`SELECT 1 FROM payments.idempotency WHERE key = 'lost'`);
  expect(rows).toEqual([]);
});

test('another currency is refused with the path, and nothing is written', async () => {
  const paymentId = await paymentOf('captured');
  const answer = await api.get(RefundPayment).execute({
    merchantId,
    idempotencyKey: 'in-yen',
    paymentId,
    amount: { minor: 10n, currency: 'JPY' },
    reason: null,
    awaitOutcomeMs: 0,
  });
  expect(answer).toMatchObject({ refusal: { code: 'invalid_input', path: ['input', 'amount', 'currency'] } });
  expect(await amounts(paymentId)).toMatchObject({ refund_pending: '0', events: '1' });
});

test('the database refuses what slips past the code', async () => {
  const paymentId = await paymentOf('captured');
  await expect(
    owner.query('UPDATE payments.payment SET refund_pending = 600, refunded = 401 WHERE id = $1', [uuidOf(paymentId)]),
  ).rejects.toThrow(/payment_refunded_within_captured/);
});
