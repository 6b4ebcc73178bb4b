import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { AdvanceSagas } from '../../apps/orchestrator/src/use-cases/advance-sagas.ts';
import { chargeKeyOf } from '../../apps/orchestrator/src/use-cases/charge-key.ts';
import type { Happening } from '../../apps/orchestrator/src/use-cases/happening.ts';
import type { OrchestratorStores } from '../../apps/orchestrator/src/stores/orchestrator-stores.ts';
import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import { UnitOfWork } from '#persistence';
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
  database = await createDatabase();
  nats = await startNats();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  sandbox = await startSandboxHere({ database });
  const sandboxUrl = await sandbox.getUrl();
  // Nobody answers for risk here: the policy lets what is within the floor go on after 100 ms.
  const environment = { FRAUD_DEADLINE_MS: '100', ACQUIRER_TIMEOUT_MS: '300' };
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
  api = await startApiHere({ database, nats });
  merchantId = await createMerchant(api);
});

afterAll(async () => {
  for (const app of [api, orchestrator, sandbox]) await app.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

let references = 0;

async function charge(cardToken: string, awaitOutcomeMs = 5_000): Promise<PaymentId> {
  references += 1;
  const reference = `order-${references}`;
  const answer = await api
    .get(CreatePayment)
    .execute(aPayment(merchantId, { idempotencyKey: reference, reference, cardToken, awaitOutcomeMs }));
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}

async function stateOf(id: PaymentId): Promise<string> {
  const { rows } = await owner.query<{ state: string }>('SELECT state FROM payments.payment WHERE id = $1', [
    uuidOf(id),
  ]);
  return rows[0]?.state ?? 'missing';
}

async function attemptsOf(id: PaymentId): Promise<string[]> {
  const { rows } = await owner.query<{ attempt: string }>(
    `SELECT operation || ' ' || state AS attempt FROM payments.attempt WHERE payment_id = $1 ORDER BY number`,
    [uuidOf(id)],
  );
  return rows.map((row) => row.attempt);
}

test('a charge leaves a gapless story: what was asked, decided, held and taken', async () => {
  const id = await charge('tok_visa');
  const { rows } = await owner.query(
    'SELECT aggregate_version AS version, type FROM payments.event WHERE aggregate_id = $1 ORDER BY seq',
    [uuidOf(id)],
  );
  expect(rows).toEqual([
    { version: 1, type: 'payment.created' },
    { version: 2, type: 'payment.risk_assessed' },
    { version: 3, type: 'payment.authorized' },
    { version: 4, type: 'payment.captured' },
  ]);
  expect(await attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
});

describe('turns that come late', () => {
  const advance = (id: PaymentId, ...happenings: readonly Happening[]): Promise<void> =>
    orchestrator.get<UnitOfWork<OrchestratorStores>>(UnitOfWork).run((tx) =>
      orchestrator.get(AdvanceSagas).execute(
        tx,
        happenings.map((happening) => ({ key: chargeKeyOf(merchantId, id), happening })),
      ),
    );

  test('a risk answer after the deadline changes nothing', async () => {
    const id = await charge('tok_visa');
    const risk = { decision: 'block', score: 95, reasons: [], decidedBy: 'rules', assessedAt: new Date() } as const;
    await advance(id, { type: 'risk_answered', risk });
    expect(await stateOf(id)).toBe('captured');
  });

  test('the same answer of the acquirer twice changes nothing', async () => {
    const id = await charge('tok_visa');
    const { rows } = await owner.query<{ id: string; version: number }>(
      `SELECT 'att' AS id, version FROM payments.payment WHERE id = $1`,
      [uuidOf(id)],
    );
    const attempts = await orchestrator.get<UnitOfWork<OrchestratorStores>>(UnitOfWork).run(async (tx) => {
      const payment = await tx.payments.lock(merchantId, id);
      return payment === undefined ? [] : ((await tx.attempts.of([payment])).get(id) ?? []);
    });
    for (const attempt of attempts) {
      const answer = {
        type: 'approved',
        reference: 'again',
        expiresAt: null,
        amountMinor: attempt.amount.minor,
      } as const;
      await advance(id, { type: 'answered', attemptId: attempt.id, answer });
    }
    const after = await owner.query<{ version: number }>('SELECT version FROM payments.payment WHERE id = $1', [
      uuidOf(id),
    ]);
    expect(after.rows[0]?.version).toBe(rows[0]?.version);
    expect(await attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
  });

  test('a turn that was due before somebody else took it begins no second attempt', async () => {
    const id = await charge('tok_timeout_charged', 0);
    const current = await until('a saga that waits for the acquirer', async () => {
      const { rows } = await owner.query<{ epoch: number }>(
        `SELECT epoch FROM payments.saga WHERE payment_id = $1 AND next_action = 'check'`,
        [uuidOf(id)],
      );
      return rows[0];
    });
    await advance(id, { type: 'try_due', epoch: current.epoch - 1 });
    expect(await attemptsOf(id)).toHaveLength(1);
    await until('the charge to be found', async () => (await stateOf(id)) === 'captured');
    expect(await attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
  });
});

test('an approval of another amount is never trusted: a person is called', async () => {
  const id = await charge('tok_wrong_amount', 0);
  const saga = await until('a person to be called', async () => {
    const { rows } = await owner.query<{ waiting_for: string }>(
      `SELECT waiting_for FROM payments.saga WHERE payment_id = $1 AND step = 'needs_person'`,
      [uuidOf(id)],
    );
    return rows[0];
  });
  expect(saga.waiting_for).toMatch(/approved 1098 where 1099 was asked/);
  expect(await stateOf(id)).toBe('processing');
});
