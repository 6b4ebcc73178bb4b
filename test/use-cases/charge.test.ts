import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { MerchantStore } from '../../apps/api/src/stores/merchant-store.ts';
import { IDS, SQL } from '#runtime';
import { uuidOf, type Ids, type MerchantId } from '#domain';
import type { Sql } from '#persistence';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from '../support/services.ts';

let database: TestDatabase;
let nats: TestNats;
let api: NestFastifyApplication;
const apps: NestFastifyApplication[] = [];
let merchantId: MerchantId;

beforeAll(async () => {
  database = await createDatabase();
  nats = await startNats();
  const sandbox = await startSandboxHere({ database });
  const sandboxUrl = await sandbox.getUrl();
  const environment = { FRAUD_DEADLINE_MS: '100', ACQUIRER_TIMEOUT_MS: '500' };
  const orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
  api = await startApiHere({ database, nats });
  apps.push(api, orchestrator, sandbox);
  merchantId = api.get<Ids>(IDS).next('mer');
  await api.get(MerchantStore).create({
    id: merchantId,
    name: 'Test',
    feeBasisPoints: 150,
    createdAt: new Date(),
    currencies: new Map([['EUR', { feeBasisPoints: 150, feeFixed: 25n, riskLimit: 100_000n, riskFloor: 50_000n }]]),
  });
});

afterAll(async () => {
  for (const app of apps) await app.close();
  await nats.stop();
  await database.drop();
});

test('a payment goes the whole way', async () => {
  const started = performance.now();
  const answer = await api.get(CreatePayment).execute({
    merchantId,
    idempotencyKey: 'one',
    reference: 'order-1',
    amount: { minor: 1099n, currency: 'EUR' },
    cardToken: 'tok_visa',
    captureMethod: 'automatic',
    metadata: {},
    awaitOutcomeMs: 5000,
  });
  console.log(answer, performance.now() - started);
  const sql = api.get<Sql>(SQL);
  console.log(await sql.query('select state, version, captured, risk_reasons from payment'));
  console.log(await sql.query('select aggregate_version, type from event order by seq'));
  console.log(await sql.query('select number, operation, state from attempt'));
  expect(answer.kind).toBe('accepted');
});
