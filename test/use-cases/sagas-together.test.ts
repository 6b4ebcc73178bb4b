import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import type { OrchestratorStores } from '../../apps/orchestrator/src/stores/orchestrator-stores.ts';
import { AdvanceSagas } from '../../apps/orchestrator/src/use-cases/advance-sagas.ts';
import { chargeKeyOf } from '../../apps/orchestrator/src/use-cases/charge-key.ts';
import type { Happening, SagaHappening } from '../../apps/orchestrator/src/use-cases/happening.ts';
import { TellSagas } from '../../apps/orchestrator/src/use-cases/tell-sagas.ts';
import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import { UnitOfWork } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { newId } from '../support/payment-events.ts';
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
  database = await createDatabase();
  nats = await startNats();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  sandbox = await startSandboxHere({ database });
  // Risk never speaks by itself here, and nobody decides without it: the tests tell the sagas what happens.
  const environment = { FRAUD_DEADLINE_MS: '60000' };
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl: await sandbox.getUrl(), environment });
  api = await startApiHere({ database, nats });
  merchantId = await createMerchant(api);
});

afterAll(async () => {
  for (const app of [api, orchestrator, sandbox]) await app.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

const allow: Happening = {
  type: 'risk_answered',
  risk: { decision: 'allow', score: 1, reasons: [], decidedBy: 'rules', assessedAt: new Date(0) },
};
const review: Happening = {
  type: 'risk_answered',
  risk: { decision: 'review', score: 60, reasons: ['looks_odd'], decidedBy: 'rules', assessedAt: new Date(0) },
};

async function payments(count: number): Promise<PaymentId[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, () => {
      const unique = crypto.randomUUID();
      const input = { idempotencyKey: unique, reference: unique, cardToken: 'tok_visa', awaitOutcomeMs: 0 };
      return api.get(CreatePayment).execute(aPayment(merchantId, input));
    }),
  );
  return answers.map((answer) => {
    if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
    return answer.paymentId;
  });
}

function told(id: PaymentId, happening: Happening): SagaHappening {
  return { key: chargeKeyOf(merchantId, id), happening };
}

/** All of them in one transaction. */
function advance(...happenings: readonly SagaHappening[]): Promise<void> {
  return orchestrator
    .get<UnitOfWork<OrchestratorStores>>(UnitOfWork)
    .run((tx) => orchestrator.get(AdvanceSagas).execute(tx, happenings));
}

async function statesOf(ids: readonly PaymentId[]): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ state: string; count: string }>(
    'SELECT state, count(*) FROM payments.payment WHERE id = ANY ($1) GROUP BY state',
    [ids.map(uuidOf)],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}

async function storyOf(id: PaymentId): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `SELECT aggregate_version || ' ' || type AS line FROM payments.event WHERE aggregate_id = $1 ORDER BY seq`,
    [uuidOf(id)],
  );
  return rows.map(({ line }) => line);
}

async function untilAllAre(state: string, ids: readonly PaymentId[]): Promise<void> {
  await until(`all payments to be ${state}`, async () => (await statesOf(ids))[state] === ids.length);
}

test('fifty payments whose risk is answered in one transaction are each charged once, each with its own story', async () => {
  const ids = await payments(50);
  await advance(...ids.map((id) => told(id, allow)));
  await untilAllAre('captured', ids);
  for (const id of ids) {
    expect(await storyOf(id)).toEqual([
      '1 payment.created',
      '2 payment.risk_assessed',
      '3 payment.authorized',
      '4 payment.captured',
    ]);
  }
  const { rows } = await owner.query<{ attempts: string }>(
    'SELECT count(*) AS attempts FROM payments.attempt WHERE payment_id = ANY ($1)',
    [ids.map(uuidOf)],
  );
  expect(Number(rows[0]?.attempts)).toBe(100);
});

test('what happens to one payment several times in a transaction happens in the order told', async () => {
  const [id] = (await payments(1)) as [PaymentId];
  await advance(told(id, review), told(id, allow), told(id, { type: 'withdrawn' }));
  expect(await storyOf(id)).toEqual(['1 payment.created', '2 payment.risk_assessed', '3 payment.sent_to_review']);
  const { rows } = await owner.query<{ step: string }>('SELECT step FROM payments.saga WHERE payment_id = $1', [
    uuidOf(id),
  ]);
  expect(rows[0]?.step).toBe('ended');
});

test('two transactions about the same payments in opposite order wait for each other, and neither is the victim', async () => {
  for (let round = 0; round < 20; round += 1) {
    const ids = await payments(8);
    const there = ids.map((id) => told(id, review));
    const outcomes = await Promise.allSettled([advance(...there), advance(...there.toReversed())]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await statesOf(ids)).toEqual({ in_review: 8 });
  }
});

test('two processes that begin the same charges in opposite order wait for each other, and neither is the victim', async () => {
  const work = orchestrator.get<UnitOfWork<OrchestratorStores>>(UnitOfWork);
  for (let round = 0; round < 20; round += 1) {
    const charges = Array.from({ length: 200 }, () => ({
      merchantId,
      paymentId: newId('pay'),
      captureMethod: 'automatic' as const,
    }));
    const outcomes = await Promise.allSettled(
      [charges, charges.toReversed()].map((them) => work.run((tx) => tx.sagas.beginCharges(them, 60_000))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  }
});

test('one that cannot be told fails alone', async () => {
  const ids = await payments(3);
  const stranger = newId('pay');
  const sagas = orchestrator.get(TellSagas);
  const outcomes = await Promise.allSettled(
    [ids[0], stranger, ids[1], ids[2]].map((id) => sagas.tell(told(id as PaymentId, review))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(await statesOf(ids)).toEqual({ in_review: 3 });
});
