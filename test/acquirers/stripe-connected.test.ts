import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orchestratorEnvironment } from '../../apps/orchestrator/src/orchestrator.config.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startOrchestratorHere } from '../support/services.ts';
import { addressWhereNobodyListens, searchDelayMs, secretKey, webhookSecret } from './connectors/stripe.ts';
import { StripeStandIn } from './stripe-stand-in/stand-in.ts';

describe('an orchestrator that is connected to Stripe', () => {
  let database: TestDatabase;
  let nats: TestNats;
  let standIn: StripeStandIn;
  let orchestrator: NestFastifyApplication;

  beforeAll(async () => {
    database = await createDatabase();
    nats = await startNats();
    standIn = await StripeStandIn.start({ secretKey, webhookSecret, searchDelayMs });
    const environment = {
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: standIn.url,
    };
    const sandboxUrl = await addressWhereNobodyListens();
    orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
  });

  afterAll(async () => {
    await orchestrator.close();
    await standIn.stop();
    await nats.stop();
    await database.drop();
  });

  async function post(body: Buffer, headers: Record<string, string>): Promise<number> {
    const url = `${await orchestrator.getUrl()}/acquirers/stripe/callbacks`;
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
    return response.status;
  }

  test('takes Stripe’s callbacks by their bytes, and nobody else’s', async () => {
    const event = standIn.ledger.tell('customer.created', { id: 'cus_1', name: 'Zoë' });
    const { body, headers } = standIn.callbackOf(event);
    expect(await post(body, headers)).toBe(200);
    expect(await post(body, { 'content-type': 'application/json' })).toBe(401);
    expect(await post(body, standIn.callbackOf(event, 'whsec_of_somebody_else').headers)).toBe(401);
  });
});

test('a secret key without the secret of the callbacks is refused by name', () => {
  const environment = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    NATS_URL: 'nats://127.0.0.1:1',
    PORT: '0',
    ACQUIRER_ALPHA_URL: 'http://127.0.0.1:1/acquirers/alpha',
  };
  expect(orchestratorEnvironment.safeParse(environment)).toMatchObject({ success: true });
  const half = orchestratorEnvironment.safeParse({ ...environment, STRIPE_SECRET_KEY: 'sk_test_1' });
  expect(half.error?.issues).toMatchObject([{ path: ['STRIPE_WEBHOOK_SECRET'] }]);
});
