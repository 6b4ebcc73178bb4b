import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOrCreateMerchant } from '../../tools/demo/demo-merchant.ts';
import { idOf, uuidOf, type MerchantId } from '#domain';
import { administer, askAdmin } from '../support/admin-door.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor } from '../support/merchant-door.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere, startOrchestratorHere, testAdminKey } from '../support/services.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let nats: TestNats;
let owner: pg.Client;
let api: NestFastifyApplication;
/** The only other service that runs here. */
let orchestrator: NestFastifyApplication;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl: 'http://127.0.0.1:1' });
  api = await startApiHere({ database, nats });
});

afterAll(async () => {
  for (const app of [api, orchestrator]) await app.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

interface UserErrorShown {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly docsUrl: string;
}

const userErrors = 'userErrors { __typename code message path docsUrl }';

describe('the two schemas', () => {
  async function servedAt(path: string, secretKey: string): Promise<string> {
    const query = getIntrospectionQuery({ specifiedByUrl: true, oneOf: true, inputValueDeprecation: true });
    const { data } = await ask<Parameters<typeof buildClientSchema>[0]>(
      { graphqlUrl: `${await api.getUrl()}${path}`, secretKey, merchantId: 'mer_' },
      query,
    );
    if (data === null || data === undefined) throw new Error('no introspection');
    return `${printSchema(lexicographicSortSchema(buildClientSchema(data)))}\n`;
  }

  test('of administration is served as it is committed, with nothing of the merchants’ in it', async () => {
    const served = await servedAt('/admin/graphql', testAdminKey);
    expect(served).toBe(readFileSync('docs/generated/admin-schema.graphql', 'utf8'));
    expect(served).not.toMatch(/createPayment|WebhookEndpoint|Subscription/);
  });

  test('of the merchants is served as it is committed, with nothing of administration in it', async () => {
    const { secretKey } = await openMerchantDoor(api);
    const served = await servedAt('/graphql', secretKey);
    expect(served).toBe(readFileSync('docs/generated/schema.graphql', 'utf8'));
    expect(served).not.toMatch(/createMerchant|TrialBalance|DeadLetter|ApiKey/);
  });
});

describe('merchants', () => {
  test('the launcher’s demo merchant gets its currencies and a key that works, once', async () => {
    const origin = await api.getUrl();
    const admin = { url: `${origin}/admin/graphql`, key: testAdminKey };
    const demo = await findOrCreateMerchant(`${origin}/graphql`, admin, undefined);
    expect(await findOrCreateMerchant(`${origin}/graphql`, admin, demo)).toEqual(demo);

    const { merchant } = await administer<{ merchant: { name: string; currencies: { currency: string }[] } }>(
      api,
      'query ($id: ID!) { merchant(id: $id) { name currencies { currency } apiKeys { handle revokedAt } } }',
      { id: demo.merchantId },
    );
    expect(merchant).toMatchObject({
      name: 'Demo shop',
      apiKeys: [{ handle: demo.secretKey.slice(0, 14), revokedAt: null }],
    });
    expect(merchant.currencies.map(({ currency }) => currency)).toContain('EUR');
  });

  const createMerchant = `mutation ($input: CreateMerchantInput!) {
    createMerchant(input: $input) {
      merchant { id name feeBasisPoints currencies { currency feeFixed riskLimit riskFloor } }
      ${userErrors}
    }
  }`;

  interface Created {
    readonly createMerchant: {
      readonly merchant: Readonly<Record<string, unknown>> | null;
      readonly userErrors: readonly UserErrorShown[];
    };
  }

  test('ordinary terms are worth about the same in every currency', async () => {
    const { createMerchant: created } = await administer<Created>(api, createMerchant, {
      input: { name: ' Tea house ', enabledCurrencies: ['JPY', 'EUR', 'KWD', 'CLF'] },
    });
    expect(created).toMatchObject({
      userErrors: [],
      merchant: {
        name: 'Tea house',
        feeBasisPoints: 150,
        currencies: [
          { currency: 'CLF', feeFixed: 0, riskLimit: 100_000_000, riskFloor: 500_000 },
          { currency: 'EUR', feeFixed: 0, riskLimit: 1_000_000, riskFloor: 5_000 },
          { currency: 'JPY', feeFixed: 0, riskLimit: 1_000_000, riskFloor: 5_000 },
          { currency: 'KWD', feeFixed: 0, riskLimit: 10_000_000, riskFloor: 50_000 },
        ],
      },
    });
  });

  test('terms of a merchant’s own stand beside them', async () => {
    const currencies = [{ currency: 'EUR', feeFixed: 25, riskLimit: 500, riskFloor: 0 }];
    const input = { name: 'Shop', feeBasisPoints: 0, currencies, enabledCurrencies: ['USD'] };
    const { createMerchant: created } = await administer<Created>(api, createMerchant, { input });
    expect(created.merchant).toMatchObject({
      feeBasisPoints: 0,
      currencies: [currencies[0], { currency: 'USD', feeFixed: 0, riskLimit: 1_000_000, riskFloor: 5_000 }],
    });
  });

  test.each([
    ['a blank name', { name: ' ', enabledCurrencies: ['EUR'] }, ['input', 'name']],
    ['too long a name', { name: 'x'.repeat(201), enabledCurrencies: ['EUR'] }, ['input', 'name']],
    ['a negative share', { feeBasisPoints: -1, enabledCurrencies: ['EUR'] }, ['input', 'feeBasisPoints']],
    ['more than all', { feeBasisPoints: 10_001, enabledCurrencies: ['EUR'] }, ['input', 'feeBasisPoints']],
    ['no currency', {}, ['input', 'enabledCurrencies']],
    ['a currency twice', { enabledCurrencies: ['EUR', 'EUR'] }, ['input', 'currencies']],
    [
      'a currency in both lists',
      { currencies: [{ currency: 'EUR' }], enabledCurrencies: ['EUR'] },
      ['input', 'currencies'],
    ],
    ['a negative fee', { currencies: [{ currency: 'EUR', feeFixed: -1 }] }, ['input', 'currencies', '0', 'feeFixed']],
    [
      'a fraction of a cent',
      { currencies: [{ currency: 'EUR', feeFixed: 0.5 }] },
      ['input', 'currencies', '0', 'feeFixed'],
    ],
    [
      'an amount that JSON cannot carry',
      { currencies: [{ currency: 'EUR' }, { currency: 'USD', riskLimit: 2 ** 53 }] },
      ['input', 'currencies', '1', 'riskLimit'],
    ],
    [
      'a floor above the limit',
      { currencies: [{ currency: 'EUR', riskLimit: 10, riskFloor: 11 }] },
      ['input', 'currencies', '0', 'riskFloor'],
    ],
  ])('%s is refused, and nothing is written', async (_, change, path) => {
    const { rows: before } = await owner.query('SELECT count(*) FROM payments.merchant');
    const { createMerchant: created } = await administer<Created>(api, createMerchant, {
      input: { name: 'Shop', ...change },
    });
    expect(created.merchant).toBeNull();
    expect(created.userErrors).toMatchObject([{ __typename: 'ValidationError', code: 'INVALID_INPUT', path }]);
    expect(created.userErrors[0]?.docsUrl).toContain('/docs/errors#');
    expect((await owner.query('SELECT count(*) FROM payments.merchant')).rows).toEqual(before);
  });

  test('are listed page by page, each once', async () => {
    const list = 'query ($after: ID) { merchants(first: 2, after: $after) { id } }';
    const seen: string[] = [];
    for (;;) {
      const { merchants } = await administer<{ merchants: { id: string }[] }>(api, list, { after: seen.at(-1) });
      if (merchants.length === 0) break;
      seen.push(...merchants.map(({ id }) => id));
    }
    const { rows } = await owner.query<{ id: string }>('SELECT id FROM payments.merchant ORDER BY id');
    expect(seen).toEqual(rows.map(({ id }) => idOf('mer', id)));
  });
});

describe('keys', () => {
  const createApiKey = `mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { secretKey apiKey { id } ${userErrors} }
  }`;

  test.each([
    ['of a merchant that is none', { merchantId: 'mer_01jd3m9k6nf0h8x7v5q2c4r1tz' }, 'NotFoundError', 'merchantId'],
    ['of what is no id', { merchantId: 'Corner shop' }, 'ValidationError', 'merchantId'],
    ['that would have expired', { expiresAt: '2020-01-01T00:00:00Z' }, 'ValidationError', 'expiresAt'],
  ])('%s are not created', async (_, change, __typename, field) => {
    const { merchantId } = await openMerchantDoor(api);
    const { createApiKey: created } = await administer<{ createApiKey: object }>(api, createApiKey, {
      input: { merchantId, ...change },
    });
    expect(created).toMatchObject({
      secretKey: null,
      apiKey: null,
      userErrors: [{ __typename, path: ['input', field] }],
    });
  });

  test('that are none cannot be revoked', async () => {
    const revoke = `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } ${userErrors} } }`;
    const input = { apiKeyId: 'key_01jd3m9k6nf0h8x7v5q2c4r1tz' };
    const { revokeApiKey } = await administer<{ revokeApiKey: object }>(api, revoke, { input });
    expect(revokeApiKey).toMatchObject({ apiKey: null, userErrors: [{ __typename: 'NotFoundError' }] });
  });
});

describe('the books', () => {
  interface Posting {
    readonly account: string;
    readonly merchantId?: MerchantId;
    readonly acquirer?: string;
    readonly direction: 'debit' | 'credit';
    readonly amount: bigint;
    readonly currency: string;
  }

  async function post(...postings: readonly Posting[]): Promise<void> {
    const eventId = randomUUID();
    await owner.query(
      `WITH journal AS (INSERT INTO books.journal (event_id, kind, occurred_at) VALUES ($1, 'payment_captured', now()))
       INSERT INTO books.entry (event_id, line, account, merchant_id, acquirer, direction, amount, currency)
       SELECT $1, row_number() OVER (), entry.* FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[],
         $7::text[]) AS entry`,
      [
        eventId,
        postings.map(({ account }) => account),
        postings.map(({ merchantId }) => merchantId && uuidOf(merchantId)),
        postings.map(({ acquirer }) => acquirer),
        postings.map(({ direction }) => direction),
        postings.map(({ amount }) => amount),
        postings.map(({ currency }) => currency),
      ],
    );
  }

  test('show what is posted at once: sums by currency, and each account with its owner', async () => {
    const { merchantId } = await openMerchantDoor(api);
    await post(
      { account: 'acquirer_receivable', acquirer: 'alpha', direction: 'debit', amount: 1_099n, currency: 'EUR' },
      { account: 'merchant_pending', merchantId, direction: 'credit', amount: 1_058n, currency: 'EUR' },
      { account: 'platform_fees', direction: 'credit', amount: 41n, currency: 'EUR' },
    );
    await post(
      { account: 'acquirer_receivable', acquirer: 'alpha', direction: 'debit', amount: 500n, currency: 'JPY' },
      { account: 'merchant_pending', merchantId, direction: 'credit', amount: 500n, currency: 'JPY' },
    );
    const books = await administer<Record<'trialBalance' | 'accounts' | 'own', object>>(
      api,
      `query ($merchantId: ID!) {
        trialBalance { currency debit credit debitDecimal creditDecimal }
        accounts(currency: EUR) { name merchantId acquirer currency debit credit balance balanceDecimal }
        own: accounts(merchantId: $merchantId) { currency balance }
      }`,
      { merchantId },
    );
    expect(books.trialBalance).toEqual([
      { currency: 'EUR', debit: 1_099, credit: 1_099, debitDecimal: '10.99', creditDecimal: '10.99' },
      { currency: 'JPY', debit: 500, credit: 500, debitDecimal: '500', creditDecimal: '500' },
    ]);
    const eur = { merchantId: null, acquirer: null, currency: 'EUR', debit: 0, credit: 0 };
    expect(books.accounts).toEqual([
      {
        ...eur,
        name: 'ACQUIRER_RECEIVABLE',
        acquirer: 'alpha',
        debit: 1_099,
        balance: 1_099,
        balanceDecimal: '10.99',
      },
      { ...eur, name: 'MERCHANT_PENDING', merchantId, credit: 1_058, balance: 1_058, balanceDecimal: '10.58' },
      { ...eur, name: 'PLATFORM_FEES', credit: 41, balance: 41, balanceDecimal: '0.41' },
    ]);
    expect(books.own).toEqual([
      { currency: 'EUR', balance: 1_058 },
      { currency: 'JPY', balance: 500 },
    ]);
  });
});

describe('the event backbone', () => {
  const away = ['FRAUD', 'SETTLEMENT', 'WEBHOOKS'];

  async function park(error: string): Promise<string> {
    const id = randomUUID();
    await owner.query(
      `INSERT INTO payments.dead_letter (id, consumer, event_id, subject, payload, error, deliveries, parked_at)
       VALUES ($1, 'orchestrator', NULL, 'fraud.v1.7.payment.assessed', '{"not":"an event"}', $2, 12, now())`,
      [id, error],
    );
    return idOf('dlt', id);
  }

  test('tells how far each service is behind, and who does not answer', async () => {
    const { eventLag } = await until('the orchestrator to answer', async () => {
      const answer = await administer<{ eventLag: { nodes: { service: string; relay: object }[] } }>(
        api,
        `{ eventLag { unavailable nodes { service relay { unpublished oldestAgeMs } consumers { stream pending } } } }`,
      );
      return answer.eventLag.nodes.length > 0 && answer;
    });
    expect(eventLag).toMatchObject({ unavailable: away, nodes: [{ service: 'ORCHESTRATOR' }] });
    expect(eventLag.nodes[0]?.relay).toEqual({ unpublished: 0, oldestAgeMs: 0 });
  });

  test('shows what was set aside, and puts it on its way again', async () => {
    const id = await park('not an envelope');
    const { deadLetters } = await administer<{ deadLetters: object }>(
      api,
      '{ deadLetters { unavailable nodes { id service eventId subject error deliveries replayedAt } } }',
    );
    const subject = 'fraud.v1.7.payment.assessed';
    const letter = { id, service: 'ORCHESTRATOR', eventId: null, subject, error: 'not an envelope', deliveries: 12 };
    expect(deadLetters).toEqual({ unavailable: away, nodes: [{ ...letter, replayedAt: null }] });

    const listener = await connect({ servers: nats.url });
    const heard: string[] = [];
    listener.subscribe(subject, { callback: (_, message) => void heard.push(message.string()) });
    await listener.flush();
    const { replayDeadLetter } = await administer<{ replayDeadLetter: { deadLetter: { replayedAt: string } } }>(
      api,
      `mutation ($input: ReplayDeadLetterInput!) {
        replayDeadLetter(input: $input) { deadLetter { id replayedAt } ${userErrors} }
      }`,
      { input: { id, service: 'ORCHESTRATOR' } },
    );
    expect(replayDeadLetter).toMatchObject({ deadLetter: { id }, userErrors: [] });
    expect(Date.parse(replayDeadLetter.deadLetter.replayedAt)).not.toBeNaN();
    await until('the message', () => heard.includes('{"not":"an event"}'));
    await listener.close();
  });

  const replay = `mutation ($input: ReplayDeadLetterInput!) {
    replayDeadLetter(input: $input) { deadLetter { id } ${userErrors} }
  }`;

  test('knows nothing of letters that are none', async () => {
    const input = { id: 'dlt_01jd3m9k6nf0h8x7v5q2c4r1tz', service: 'ORCHESTRATOR' };
    const { replayDeadLetter } = await administer<{ replayDeadLetter: object }>(api, replay, { input });
    expect(replayDeadLetter).toMatchObject({ deadLetter: null, userErrors: [{ __typename: 'NotFoundError' }] });
  });

  test('says that it may work later when the service is away', async () => {
    const input = { id: 'dlt_01jd3m9k6nf0h8x7v5q2c4r1tz', service: 'FRAUD' };
    const { errors } = await askAdmin(api, replay, { input });
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([{ code: 'UNAVAILABLE', retryable: true }]);
  });
});

describe('limits and errors are those of the merchant API:', () => {
  test('an operation that asks for too much is refused', async () => {
    const many = Array.from({ length: 11 }, (_, index) => `m${index}: merchants { id }`).join(' ');
    const { status, errors } = await askAdmin(api, `{ ${many} }`);
    expect(status).toBe(400);
    expect(errors[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', limit: 10 });
  });

  test('what went wrong inside is masked, and has a request id', async () => {
    await owner.query('REVOKE SELECT ON books.trial_balance FROM quittance_api');
    const { errors, headers } = await askAdmin(api, '{ trialBalance { currency } }');
    await owner.query('GRANT SELECT ON books.trial_balance TO quittance_api');
    expect(errors[0]?.message).not.toContain('trial_balance');
    expect(errors[0]?.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: headers.get('x-request-id'),
    });
  });
});
