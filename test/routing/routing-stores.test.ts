import { uuidOf, observe, type MerchantId, type Observation, type PerformanceStatistics } from '#domain';
import { PerformanceStore, RoutingStore, sqlOf, UnitOfWork } from '#persistence';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectedTo } from '../backbone/support/connected.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { newId } from '../support/payment-events.ts';

let database: TestDatabase;
let owner: pg.Client;
let asApi: DataSource;
let asOrchestrator: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  asApi = await connectedTo(database.urlFor('api'), { poolSize: 10 });
  asOrchestrator = await connectedTo(database.urlFor('orchestrator'), { poolSize: 10 });
});

afterAll(async () => {
  await asApi.destroy();
  await asOrchestrator.destroy();
  await owner.end();
  await database.drop();
});

async function newMerchant(): Promise<MerchantId> {
  const merchantId: MerchantId = newId('mer');
  await owner.query(
    `INSERT INTO payments.merchant (id, name, fee_basis_points, created_at) VALUES ($1, 'Shop', 0, now())`,
    [uuidOf(merchantId)],
  );
  return merchantId;
}

describe('configurations', () => {
  const savedAt = new Date('2026-11-21T10:00:00Z');
  const routingOf = (merchantId: MerchantId, acquirer: string) => ({
    merchantId,
    configuration: {
      rules: [
        {
          name: 'large',
          when: { currencies: ['EUR'], amountMinorAtLeast: Number.MAX_SAFE_INTEGER },
          use: { kind: 'split' as const, shares: [{ acquirer, percent: 100 }] },
        },
      ],
      default: { kind: 'priority' as const, acquirers: [acquirer] },
    },
    savedAt,
    savedBy: 'admin',
  });

  test('are kept as they were saved, version by version, for each merchant', async () => {
    const store = new RoutingStore(sqlOf(asApi));
    const [one, other] = [await newMerchant(), await newMerchant()];
    expect(await store.latest(one)).toBeUndefined();
    const first = await store.save(routingOf(one, 'alpha'));
    const second = await store.save(routingOf(one, 'beta'));
    expect(await store.save(routingOf(other, 'gamma'))).toMatchObject({ version: 1 });

    const read = new RoutingStore(sqlOf(asOrchestrator));
    expect(first).toEqual({ ...routingOf(one, 'alpha'), version: 1 });
    expect(await read.byVersion(one, 1)).toEqual(first);
    expect(await read.latest(one)).toEqual({ ...second, version: 2 });
    expect(await read.list(one, 10)).toEqual([second, first]);
    expect(await read.byVersion(one, 3)).toBeUndefined();
  });

  test('that are saved at once get a version each', async () => {
    const store = new RoutingStore(sqlOf(asApi));
    const merchantId = await newMerchant();
    const saved = await Promise.all(Array.from({ length: 20 }, () => store.save(routingOf(merchantId, 'alpha'))));
    const versions = saved.map(({ version }) => version).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});

describe('how acquirers perform', () => {
  beforeEach(() => owner.query('DELETE FROM payments.acquirer_performance'));

  const observation = (acquirer: string, success: boolean): Observation => ({ segment: 'EUR/visa', acquirer, success });
  const units = (): UnitOfWork<{ readonly performance: PerformanceStore }> =>
    new UnitOfWork(asOrchestrator, ({ sql }) => ({ performance: new PerformanceStore(sql) }));

  test('outlives the process, to the last bit', async () => {
    const seen = Array.from({ length: 50 }, (_, index) =>
      observation(index % 3 === 0 ? 'alpha' : 'beta', index % 7 !== 0),
    );
    const expected = seen.reduce(observe, new Map() as PerformanceStatistics);
    const unitOfWork = units();
    for (const part of [seen.slice(0, 20), seen.slice(20)]) {
      await unitOfWork.run((tx) => tx.performance.observe(part));
    }
    expect(await new PerformanceStore(sqlOf(asApi)).read()).toEqual(expected);
    expect(await units().run((tx) => tx.performance.observe([]))).toEqual(expected);
  });

  test('is known by the segment', async () => {
    const elsewhere: Observation = { segment: 'USD/amex', acquirer: 'alpha', success: true };
    await units().run((tx) => tx.performance.observe([observation('alpha', true), elsewhere]));
    const known = await new PerformanceStore(sqlOf(asApi)).readSegment('USD/amex');
    expect(known).toEqual(observe(new Map(), elsewhere));
  });

  test('counts what processes observe at the same time, each observation once', async () => {
    await Promise.all(
      Array.from({ length: 10 }, () => units().run((tx) => tx.performance.observe([observation('alpha', true)]))),
    );
    const expected = Array.from({ length: 10 }, () => observation('alpha', true)).reduce(
      observe,
      new Map() as PerformanceStatistics,
    );
    expect(await new PerformanceStore(sqlOf(asApi)).read()).toEqual(expected);
  });
});
