import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { observe, uuidOf, type MerchantId, type PerformanceStatistics } from '#domain';
import { PerformanceStore, UnitOfWork } from '#persistence';
import { connectedTo } from '../backbone/support/connected.ts';
import { administer, askAdmin } from '../support/admin-door.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { aPayment, createMerchant } from '../support/payments.ts';
import { startApiHere, startOrchestratorHere } from '../support/services.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let owner: pg.Client;
let api: NestFastifyApplication;
let nats: TestNats;
let orchestrator: NestFastifyApplication;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const sandboxUrl = 'http://127.0.0.1:1';
  const environment = Object.fromEntries(
    ['beta', 'gamma'].map((name) => [`ACQUIRER_${name.toUpperCase()}_URL`, `${sandboxUrl}/acquirers/${name}`]),
  );
  orchestrator = await startOrchestratorHere({ database, nats, sandboxUrl, environment });
  api = await startApiHere({ database, nats });
});

afterAll(async () => {
  await api.close();
  await orchestrator.close();
  await owner.end();
  await nats.stop();
  await database.drop();
});

const strategy = '{ kind acquirers { acquirer percent } }';
const configuration = `{ merchantId version savedAt savedBy default ${strategy}
  rules { name when { currencies amountMinorAtLeast amountMinorAtMost brands countries } use ${strategy} } }`;

interface Saved {
  readonly routingConfiguration: Readonly<Record<string, unknown>> | null;
  readonly userErrors: readonly { readonly path: readonly string[]; readonly problem?: string }[];
}

async function save(merchantId: string, input: object): Promise<Saved> {
  const mutation = `mutation ($input: SaveRoutingInput!) {
    saveRouting(input: $input) {
      routingConfiguration ${configuration}
      userErrors { __typename code message path docsUrl ... on RoutingError { problem } }
    }
  }`;
  const variables = { input: { merchantId, configuration: input } };
  return (await administer<{ saveRouting: Saved }>(api, mutation, variables)).saveRouting;
}

async function versionsOf(merchantId: MerchantId): Promise<Readonly<Record<string, unknown>>[]> {
  const query = `query ($id: ID!) { routingConfigurations(merchantId: $id) ${configuration} }`;
  const { routingConfigurations } = await administer<{ routingConfigurations: Record<string, unknown>[] }>(api, query, {
    id: merchantId,
  });
  return routingConfigurations;
}

const amexInDollars = {
  name: 'amex in dollars',
  when: { currencies: ['USD'], brands: ['AMEX'], amountMinorAtLeast: 100 },
  use: {
    split: [
      { acquirer: 'alpha', percent: 60 },
      { acquirer: 'gamma', percent: 40 },
    ],
  },
};

describe('a configuration', () => {
  test('is saved as the next version, and read as it was saved', async () => {
    const merchantId = await createMerchant(api);
    const first = await save(merchantId, { rules: [amexInDollars], default: { priority: ['beta', 'alpha'] } });
    expect(first).toEqual({
      userErrors: [],
      routingConfiguration: {
        merchantId,
        version: 1,
        savedAt: expect.stringMatching(/^\d{4}-/),
        savedBy: 'admin',
        rules: [
          {
            name: 'amex in dollars',
            when: {
              currencies: ['USD'],
              amountMinorAtLeast: 100,
              amountMinorAtMost: null,
              brands: ['AMEX'],
              countries: null,
            },
            use: {
              kind: 'SPLIT',
              acquirers: [
                { acquirer: 'alpha', percent: 60 },
                { acquirer: 'gamma', percent: 40 },
              ],
            },
          },
        ],
        default: {
          kind: 'PRIORITY',
          acquirers: [
            { acquirer: 'beta', percent: null },
            { acquirer: 'alpha', percent: null },
          ],
        },
      },
    });
    const second = await save(merchantId, {
      rules: [{ name: 'all', when: null, use: { cheapest: ['alpha', 'beta'] } }],
      default: { successRate: ['alpha'] },
    });
    expect(second.routingConfiguration).toMatchObject({
      version: 2,
      rules: [{ when: null, use: { kind: 'CHEAPEST' } }],
      default: { kind: 'SUCCESS_RATE' },
    });
    expect(await versionsOf(merchantId)).toEqual([second.routingConfiguration, first.routingConfiguration]);
    expect(await versionsOf(await createMerchant(api))).toEqual([]);
  });

  test('is what payments are born with from then on', async () => {
    const [configured, ordinary] = [await createMerchant(api), await createMerchant(api)];
    await save(configured, { default: { priority: ['beta'] } });
    for (const merchantId of [configured, ordinary]) await api.get(CreatePayment).execute(aPayment(merchantId));
    const { rows } = await owner.query<{ merchant_id: string; version: number }>(
      `SELECT merchant_id, (terms ->> 'routingVersion')::integer AS version FROM payments.payment`,
    );
    const versionOf = new Map(rows.map((row) => [row.merchant_id, row.version]));
    expect([configured, ordinary].map((id) => versionOf.get(uuidOf(id)))).toEqual([1, 0]);
  });

  test('is refused with everything that is wrong with it, each at its place in the input', async () => {
    const merchantId = await createMerchant(api);
    const { routingConfiguration, userErrors } = await save(merchantId, {
      rules: [
        { name: 'a', when: { countries: ['France'], amountMinorAtMost: 9.5 }, use: { priority: ['alpha', 'delta'] } },
        { name: 'a', when: { amountMinorAtLeast: 9, amountMinorAtMost: 8 }, use: { successRate: ['beta', 'beta'] } },
        { name: 'b', when: { brands: ['VISA'] }, use: { split: [{ acquirer: 'delta', percent: 99 }] } },
      ],
      default: { cheapest: [] },
    });
    expect(routingConfiguration).toBeNull();
    expect(userErrors.map(({ problem, path }) => [problem, path.slice(2).join('.')])).toEqual([
      ['DUPLICATE', 'rules.1.name'],
      ['UNKNOWN_COUNTRY', 'rules.0.when.countries.0'],
      ['AMOUNT_OUT_OF_RANGE', 'rules.0.when.amountMinorAtMost'],
      ['UNKNOWN_ACQUIRER', 'rules.0.use.priority.1'],
      ['RANGE_UPSIDE_DOWN', 'rules.1.when.amountMinorAtMost'],
      ['DUPLICATE', 'rules.1.use.successRate.1'],
      ['UNKNOWN_ACQUIRER', 'rules.2.use.split.0.acquirer'],
      ['SPLIT_NOT_100', 'rules.2.use.split'],
      ['EMPTY_LIST', 'default.cheapest'],
    ]);
    expect(userErrors[0]).toMatchObject({
      __typename: 'RoutingError',
      code: 'INVALID_INPUT',
      path: ['input', 'configuration', 'rules', '1', 'name'],
      docsUrl: expect.stringContaining('/docs/errors#') as string,
    });
    expect(await versionsOf(merchantId)).toEqual([]);
  });

  test('with a rule that no payment can reach is refused', async () => {
    const rules = [{ name: 'dollars', when: { currencies: ['USD'] }, use: { priority: ['alpha'] } }, amexInDollars];
    const { userErrors } = await save(await createMerchant(api), { rules, default: { priority: ['alpha'] } });
    expect(userErrors).toMatchObject([
      {
        problem: 'UNREACHABLE_RULE',
        path: ['input', 'configuration', 'rules', '1'],
        message: 'The rule “dollars” takes every payment that “amex in dollars” is for: move it up, or remove it.',
      },
    ]);
  });

  test.each([
    ['a merchant that is none', 'mer_01jd3m9k6nf0h8x7v5q2c4r1tz', 'NotFoundError'],
    ['what is no id', 'Corner shop', 'ValidationError'],
  ])('of %s is refused', async (_, merchantId, __typename) => {
    const { userErrors } = await save(merchantId, { default: { priority: ['alpha'] } });
    expect(userErrors).toMatchObject([{ __typename, path: ['input', 'merchantId'] }]);
  });

  test('has exactly one way of choosing', async () => {
    const query = `mutation { saveRouting(input: { merchantId: "mer_", configuration: {
      default: { priority: ["alpha"], cheapest: ["beta"] } } }) { userErrors { code } } }`;
    const { status, errors } = await askAdmin(api, query);
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('a dry run', () => {
  const explain = `query ($id: ID!, $minor: MinorUnits!, $currency: CurrencyCode!, $brand: CardBrand, $country: String, $token: String) {
    explainRoute(merchantId: $id, amount: { minor: $minor, currency: $currency }, brand: $brand, country: $country, cardToken: $token) {
      version rule strategy usable because candidates { acquirer score propensity excludedBecause }
    }
  }`;

  async function explained(merchantId: string, change: object = {}): Promise<Readonly<Record<string, unknown>> | null> {
    const variables = { id: merchantId, minor: 1_099, currency: 'EUR', ...change };
    const answer = await administer<{ explainRoute: Record<string, unknown> | null }>(api, explain, variables);
    return answer.explainRoute;
  }

  test('goes by what the platform does for merchants who configured nothing', async () => {
    const candidate = { propensity: null, excludedBecause: null };
    expect(await explained(await createMerchant(api))).toEqual({
      version: 0,
      rule: null,
      strategy: 'PRIORITY',
      usable: true,
      because: 'The default names alpha first.',
      candidates: [
        { ...candidate, acquirer: 'alpha', score: 1 },
        { ...candidate, acquirer: 'beta', score: 2 },
        { ...candidate, acquirer: 'gamma', score: 3 },
      ],
    });
  });

  test('goes by the merchant’s latest rules, and by the facts of the card', async () => {
    const merchantId = await createMerchant(api);
    await save(merchantId, { default: { priority: ['gamma'] } });
    await save(merchantId, { rules: [amexInDollars], default: { cheapest: ['alpha', 'beta'] } });
    expect(await explained(merchantId, { currency: 'USD', token: 'tok_amex' })).toMatchObject({
      version: 2,
      rule: 'amex in dollars',
      strategy: 'SPLIT',
      candidates: expect.arrayContaining([
        { acquirer: 'alpha', score: 60, propensity: 0.6, excludedBecause: null },
        { acquirer: 'gamma', score: 40, propensity: 0.4, excludedBecause: null },
      ]) as object[],
    });
    expect(await explained(merchantId, { currency: 'USD', brand: 'VISA', token: 'tok_amex' })).toMatchObject({
      rule: null,
      because: 'The default found alpha the cheapest at 0.27 USD.',
    });
    expect(await explained(merchantId, { currency: 'USD' })).toMatchObject({ rule: null });
  });

  test('goes by what is known of the acquirers in the segment', async () => {
    const merchantId = await createMerchant(api);
    await save(merchantId, { default: { successRate: ['alpha', 'beta'] } });
    const seen = [true, false].flatMap((success) =>
      Array.from({ length: 40 }, () => ({
        segment: 'EUR/visa' as const,
        acquirer: success ? 'beta' : 'alpha',
        success,
      })),
    );
    const asOrchestrator = await connectedTo(database.urlFor('orchestrator'));
    const unitOfWork = new UnitOfWork(asOrchestrator, ({ sql }) => ({ performance: new PerformanceStore(sql) }));
    await unitOfWork.run((tx) => tx.performance.observe(seen));
    await asOrchestrator.destroy();

    const known = seen
      .reduce(observe, new Map() as PerformanceStatistics)
      .get('EUR/visa')
      ?.get('beta');
    const { successes = 0 } = known ?? {};
    const answer = await explained(merchantId, { brand: 'VISA' });
    expect(answer).toMatchObject({ strategy: 'SUCCESS_RATE', because: expect.stringContaining('drew beta') as string });
    const [first] = (answer?.['candidates'] ?? []) as { acquirer: string; score: number; propensity: number }[];
    expect(first?.acquirer).toBe('beta');
    expect(first?.score).toBeCloseTo((successes + 2) / (successes + 4), 9);
    expect(first?.propensity).toBeGreaterThan(0.999);
  });

  test('goes by the breakers, and says what keeps an acquirer out', async () => {
    const merchantId = await createMerchant(api);
    const hold = (mutation: string): Promise<unknown> =>
      administer(
        api,
        `mutation { ${mutation}(input: { acquirer: "alpha", operation: AUTHORIZE, reason: "maintenance" }) { userErrors { code } } }`,
      );
    await hold('openBreaker');
    const answer = await until('the orchestrator to hear of it', async () => {
      const dryRun = await explained(merchantId);
      return dryRun?.['because'] !== 'The default names alpha first.' && dryRun;
    });
    expect(answer).toMatchObject({
      usable: true,
      because: 'The default names beta next, with alpha (its breaker is held open: maintenance) left out.',
    });
    await hold('closeBreaker');
    await until(
      'it to be let go',
      async () => (await explained(merchantId))?.['because'] === 'The default names alpha first.',
    );
  });

  test('is not given when nobody tells which acquirers can be used', async () => {
    const alone = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
    const variables = { id: await createMerchant(api), minor: 1_099, currency: 'EUR' };
    const { errors } = await askAdmin(alone, explain, variables);
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([{ code: 'UNAVAILABLE' }]);
    await alone.close();
  });

  test('writes nothing', async () => {
    const merchantId = await createMerchant(api);
    const counts =
      'SELECT (SELECT count(*) FROM payments.payment) AS payments, (SELECT count(*) FROM payments.event) AS events';
    const { rows: before } = await owner.query(counts);
    await explained(merchantId);
    expect((await owner.query(counts)).rows).toEqual(before);
  });

  test('knows nothing of merchants that are none', async () => {
    expect(await explained('mer_01jd3m9k6nf0h8x7v5q2c4r1tz')).toBeNull();
    expect(await explained('Corner shop')).toBeNull();
  });

  test.each([
    ['no amount', { minor: 0 }, 'amount'],
    ['a part of a cent', { minor: 10.99 }, 'amount'],
    ['a card that is none', { token: 'tok_nobody' }, 'cardToken'],
  ])('of %s is refused', async (_, change, argument) => {
    const variables = { id: await createMerchant(api), minor: 1_099, currency: 'EUR', ...change };
    const { errors } = await askAdmin(api, explain, variables);
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([{ code: 'BAD_USER_INPUT', argument }]);
  });
});
