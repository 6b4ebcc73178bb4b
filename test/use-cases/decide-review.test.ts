import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { VoidPayment } from '../../apps/api/src/use-cases/void-payment.ts';
import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import { administer } from '../support/admin-door.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { aPayment, createMerchant } from '../support/payments.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from '../support/services.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Client;
let api: NestFastifyApplication;
let orchestrator: NestFastifyApplication;
let sandbox: NestFastifyApplication;
let merchantId: MerchantId;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  sandbox = await startSandboxHere({ database });
  orchestrator = await startOrchestrator();
  api = await startApiHere({ database, nats });
  merchantId = await createMerchant(api);
});

afterAll(async () => {
  for (const app of [api, orchestrator, sandbox]) await app.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

/** Nobody answers for risk here: after 100 ms the policy sends to review what is above the merchant's floor of 1 000.00. */
async function startOrchestrator(): Promise<NestFastifyApplication> {
  const environment = { FRAUD_DEADLINE_MS: '100' };
  return startOrchestratorHere({ database, nats, sandboxUrl: await sandbox.getUrl(), environment });
}

async function statusOf(id: PaymentId): Promise<string> {
  const { rows } = await owner.query<{ state: string }>('SELECT state FROM payments.payment WHERE id = $1', [
    uuidOf(id),
  ]);
  return rows[0]?.state ?? 'missing';
}

let references = 0;

async function create(minor: bigint): Promise<PaymentId> {
  references += 1;
  const reference = `order-${references}`;
  const amount = { minor, currency: 'EUR' } as const;
  const change = { idempotencyKey: reference, reference, amount, awaitOutcomeMs: 0 };
  const answer = await api.get(CreatePayment).execute(aPayment(merchantId, change));
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}

async function inReview(): Promise<PaymentId> {
  const id = await create(200_000n);
  await until(`${id} to be in review`, async () => (await statusOf(id)) === 'in_review');
  return id;
}

interface Decided {
  readonly paymentId: string | null;
  readonly status: string | null;
  readonly userErrors: readonly object[];
}

async function decide(paymentId: string, decision: 'ALLOW' | 'BLOCK', reason = 'a regular customer'): Promise<Decided> {
  const { decideReview } = await administer<{ decideReview: Decided }>(
    api,
    `mutation ($input: DecideReviewInput!) {
      decideReview(input: $input) {
        paymentId
        status
        userErrors { __typename message path ... on InvalidStateError { currentStatus allowedActions } }
      }
    }`,
    { input: { paymentId, decision, reason } },
  );
  return decideReview;
}

async function decisionsOn(id: PaymentId): Promise<object[]> {
  const { rows } = await owner.query<{ payload: string }>(
    `SELECT payload FROM payments.event WHERE aggregate_id = $1 AND type = 'payment.review_decided'`,
    [uuidOf(id)],
  );
  return rows.map(({ payload }) => JSON.parse(payload) as object);
}

async function waiting(): Promise<{ readonly id: string }[]> {
  const { paymentsInReview } = await administer<{ paymentsInReview: { id: string }[] }>(
    api,
    '{ paymentsInReview { id merchantId reference amount { decimal currency } riskScore riskReasons } }',
  );
  return paymentsInReview;
}

test('what waits is shown with what a person needs, and leaves the list with its decision', async () => {
  const id = await inReview();
  expect((await waiting()).find((payment) => payment.id === id)).toEqual({
    id,
    merchantId,
    reference: `order-${references}`,
    amount: { decimal: '2000.00', currency: 'EUR' },
    riskScore: expect.any(Number),
    riskReasons: ['risk_silent: no answer within 100 ms', 'above_floor: 200000 > 100000 EUR'],
  });
  await decide(id, 'ALLOW');
  expect((await waiting()).map((payment) => payment.id)).not.toContain(id);
});

test('an allowed payment is charged', async () => {
  const id = await inReview();
  expect(await decide(id, 'ALLOW', ' a regular customer ')).toEqual({
    paymentId: id,
    status: 'IN_REVIEW',
    userErrors: [],
  });
  await until(`${id} to be captured`, async () => (await statusOf(id)) === 'captured');
  expect(await decisionsOn(id)).toMatchObject([
    { decision: 'allow', reason: 'a regular customer', payment: { id, status: 'IN_REVIEW', amount: 200_000 } },
  ]);
});

test('a blocked payment is declined, and nothing is charged', async () => {
  const id = await inReview();
  await decide(id, 'BLOCK', 'stolen goods');
  await until(`${id} to be declined`, async () => (await statusOf(id)) === 'declined');
  const { rows } = await owner.query('SELECT * FROM payments.attempt WHERE payment_id = $1', [uuidOf(id)]);
  expect(rows).toEqual([]);
});

describe('the first decision stands:', () => {
  test('the same one again changes nothing', async () => {
    const id = await inReview();
    await decide(id, 'ALLOW');
    await until(`${id} to be captured`, async () => (await statusOf(id)) === 'captured');
    expect(await decide(id, 'ALLOW')).toEqual({ paymentId: id, status: 'CAPTURED', userErrors: [] });
    expect(await decisionsOn(id)).toHaveLength(1);
  });

  test('another one is refused with the first one’s reason', async () => {
    const id = await inReview();
    await decide(id, 'BLOCK', 'stolen goods');
    const { paymentId, userErrors } = await decide(id, 'ALLOW');
    expect(paymentId).toBeNull();
    expect(userErrors).toMatchObject([
      { __typename: 'InvalidStateError', message: 'This payment was blocked already: stolen goods' },
    ]);
  });

  test('of opposite ones at the same moment one is written', async () => {
    const id = await inReview();
    const answers = await Promise.all((['ALLOW', 'BLOCK', 'ALLOW', 'BLOCK'] as const).map((way) => decide(id, way)));
    expect(await decisionsOn(id)).toHaveLength(1);
    expect(answers.filter(({ paymentId }) => paymentId !== null)).toHaveLength(2);
  });
});

describe('is refused:', () => {
  test('a payment that needs no decision', async () => {
    const id = await create(1_000n);
    await until(`${id} to be captured`, async () => (await statusOf(id)) === 'captured');
    expect((await decide(id, 'ALLOW')).userErrors).toMatchObject([
      {
        __typename: 'InvalidStateError',
        currentStatus: 'CAPTURED',
        allowedActions: ['REFUND'],
        path: ['input', 'paymentId'],
      },
    ]);
  });

  test.each([
    ['a payment that is none', 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz', 'fine', 'NotFoundError', 'paymentId'],
    ['what is no id', 'order-1', 'fine', 'ValidationError', 'paymentId'],
    ['a blank reason', 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz', '  ', 'ValidationError', 'reason'],
    ['a reason without an end', 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz', 'x'.repeat(501), 'ValidationError', 'reason'],
    [
      'a card number in the reason',
      'pay_01jd3m9k6nf0h8x7v5q2c4r1tz',
      '4242 4242 4242 4242',
      'ValidationError',
      'reason',
    ],
  ])('%s', async (_, paymentId, reason, __typename, field) => {
    expect((await decide(paymentId, 'ALLOW', reason)).userErrors).toMatchObject([
      { __typename, path: ['input', field] },
    ]);
  });
});

test('voided between the decision and its carrying out, the payment stays voided and holds nobody up', async () => {
  const id = await inReview();
  await orchestrator.close();
  await decide(id, 'ALLOW');
  const command = { merchantId, idempotencyKey: 'void', paymentId: id, reason: null, awaitOutcomeMs: 0 };
  expect((await api.get(VoidPayment).execute(command)).kind).toBe('accepted');
  orchestrator = await startOrchestrator();

  const next = await create(1_000n);
  await until(`${next} to be captured`, async () => (await statusOf(next)) === 'captured');
  const handled = await until('both to be handled', async () => {
    const { rows } = await owner.query<{ type: string }>(
      `SELECT type FROM payments.event JOIN payments.inbox USING (event_id)
       WHERE aggregate_id = $1 AND aggregate_version > 1 ORDER BY handled_at`,
      [uuidOf(id)],
    );
    // Each has a consumer of its own, so either may be the first.
    return rows.length === 2 && rows.map(({ type }) => type).toSorted();
  });
  expect(handled).toEqual(['payment.review_decided', 'payment.void_requested']);
  expect(await statusOf(id)).toBe('voided');
});
