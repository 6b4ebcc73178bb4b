import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { EventStreams } from '../support/event-streams.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { paymentAllowed } from '../support/payment-events.ts';
import { aPayment, createMerchant } from '../support/payments.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from '../support/services.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Client;
/** Holds a payment, as somebody who works on it does. */
let holder: pg.Client;
let risk: EventStreams;
let api: NestFastifyApplication;
let orchestrator: NestFastifyApplication;
let sandbox: NestFastifyApplication;
let merchantId: MerchantId;

beforeAll(async () => {
  database = await createDatabase();
  nats = await startNats();
  sandbox = await startSandboxHere({ database });
  const environment = { FRAUD_DEADLINE_MS: '100' };
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl: await sandbox.getUrl(), environment });
  api = await startApiHere({ database, nats });
  merchantId = await createMerchant(api);
  risk = await EventStreams.open(nats.url);
  [owner, holder] = await Promise.all([connected(), connected()]);
});

afterAll(async () => {
  for (const app of [api, orchestrator, sandbox]) await app.close();
  await Promise.all([risk.close(), owner.end(), holder.end()]);
  await nats.stop();
  await database.drop();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  return client;
}

async function pay(): Promise<PaymentId> {
  const unique = crypto.randomUUID();
  const input = { idempotencyKey: unique, reference: unique, cardToken: 'tok_visa', awaitOutcomeMs: 0 };
  const answer = await api.get(CreatePayment).execute(aPayment(merchantId, input));
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}

async function deciderOf(id: PaymentId): Promise<string | null> {
  const { rows } = await owner.query<{ decider: string | null }>(
    'SELECT risk_decided_by AS decider FROM payments.payment WHERE id = $1',
    [uuidOf(id)],
  );
  return rows[0]?.decider ?? null;
}

/** By the database's clock, which is the saga's: two looks of its alarm clock beyond the deadline. */
async function untilOverdue(id: PaymentId): Promise<void> {
  await until('the deadline to be long over', async () => {
    const { rows } = await owner.query<{ overdue: boolean }>(
      `SELECT created_at < now() - interval '1100 ms' AS overdue FROM payments.saga WHERE payment_id = $1`,
      [uuidOf(id)],
    );
    return rows[0]?.overdue;
  });
}

test('risk that is silent for longer than the deadline leaves the decision to the policy', async () => {
  const id = await pay();
  await until('a decision', () => deciderOf(id));
  expect(await deciderOf(id)).toBe('policy');
});

test('risk that has answered and is not read, because we are behind, has not been silent', async () => {
  const stuck = await pay();
  // Somebody holds the payment, so the answer that concerns it waits, and all answers behind it lie unread.
  await holder.query('BEGIN');
  await holder.query('SELECT FROM payments.payment WHERE id = $1 FOR UPDATE', [uuidOf(stuck)]);
  await risk.publish('fraud', paymentAllowed(merchantId, stuck));
  await until('the answer to be in hand', async () => {
    const { rows } = await owner.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'FROM payment'`,
    );
    return rows.length > 0;
  });
  const behind = await pay();
  await risk.publish('fraud', paymentAllowed(merchantId, behind));
  await untilOverdue(behind);
  expect(await deciderOf(behind)).toBeNull();
  await holder.query('ROLLBACK');
  expect(await until('a decision', () => deciderOf(behind))).toBe('rules');
});
