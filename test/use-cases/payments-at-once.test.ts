import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IntakeResult } from '../../apps/api/src/stores/intake-batch.ts';
import { uuidOf, type MerchantId } from '#domain';
import { DatabaseFault } from '#persistence';
import { RandomIds, SystemClock } from '#security';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { IntakeReplica, type AskedPayment } from '../support/intake-replica.ts';
import { until } from '../support/until.ts';

const ids = new RandomIds(new SystemClock());

let database: TestDatabase;
let owner: pg.Client;
/** Somebody else's transaction, for as long as the test wants it to last. */
let other: pg.Client;
let one: IntakeReplica;
let two: IntakeReplica;
let merchantId: MerchantId;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  other = new pg.Client({ connectionString: database.ownerUrl });
  await Promise.all([owner.connect(), other.connect()]);
});

afterAll(async () => {
  await Promise.all([owner.end(), other.end()]);
  await database.drop();
});

beforeEach(async () => {
  merchantId = ids.next('mer');
  one = await IntakeReplica.start(database.urlFor('api'), 'replica-one');
  two = await IntakeReplica.start(database.urlFor('api'), 'replica-two');
});

afterEach(async () => {
  await other.query('ROLLBACK');
  await Promise.all([one.stop(), two.stop()]);
});

const asked = (key: string, reference: string, change: Partial<AskedPayment> = {}): AskedPayment => ({
  merchantId,
  key,
  reference,
  ...change,
});

const orders = (count: number): AskedPayment[] =>
  Array.from({ length: count }, (_, n) => asked(`key-${n}`, `order-${n}`));

const written = (results: readonly PromiseSettledResult<IntakeResult>[]): (IntakeResult | 'fault')[] =>
  results.map((result) => (result.status === 'fulfilled' ? result.value : 'fault'));

async function rowsOf(table: string): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM payments.${table} WHERE merchant_id = $1`,
    [uuidOf(merchantId)],
  );
  return Number(rows[0]?.count);
}

/** Payments, events and used keys of the merchant. */
const everything = async (): Promise<number[]> => [
  await rowsOf('payment'),
  await rowsOf('event'),
  await rowsOf('idempotency'),
];

async function useKeyWithoutCommit(key: string): Promise<void> {
  await other.query('BEGIN');
  await other.query(
    `INSERT INTO payments.idempotency (merchant_id, operation, key, fingerprint, payment_id, created_at)
     VALUES ($1, 'create_payment', $2, '', gen_random_uuid(), now())`,
    [uuidOf(merchantId), key],
  );
}

async function takeReferenceWithoutCommit(reference: string): Promise<void> {
  await other.query('BEGIN');
  await other.query(
    `INSERT INTO payments.payment (merchant_id, id, reference, attempt_number, state, version, capture_method, currency,
       amount, card_token, terms, metadata, created_at, updated_at)
     VALUES ($1, gen_random_uuid(), $2, 1, 'processing', 1, 'automatic', 'EUR', 1, 'tok_visa', '{}', '{}', now(), now())`,
    [uuidOf(merchantId), reference],
  );
}

const waitingForLocks = (applications: readonly string[]): Promise<number[]> =>
  until(`${applications.join(' and ')} to wait for a lock`, async () => {
    const { rows } = await owner.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = ANY($1)
         AND datname = current_database()`,
      [applications],
    );
    return rows.length === applications.length ? rows.map(({ pid }) => pid) : undefined;
  });

test('a call that finds nothing under way begins its statement before it returns', async () => {
  one.hold();
  const first = one.accept(asked('key-1', 'order-1'));
  expect(one.batchSizes).toEqual([1]);
  const later = [one.accept(asked('key-2', 'order-2')), one.accept(asked('key-3', 'order-3'))];
  expect(one.batchSizes).toEqual([1]);
  one.letGo();

  expect(await Promise.all([first, ...later])).toEqual(['written', 'written', 'written']);
  expect(one.batchSizes).toEqual([1, 2]);
  expect(await everything()).toEqual([3, 3, 3]);
  // The relay is called once for each statement.
  expect(one.announcements).toBe(2);
});

test('a batch of 64 writes what 64 single calls would have written', async () => {
  expect(new Set(written(await one.acceptTogether(orders(64))))).toEqual(new Set(['written']));
  expect(one.batchSizes).toEqual([1, 64]);
  expect(await everything()).toEqual([64, 64, 64]);

  const { rows } = await owner.query<object>(
    `SELECT reference, attempt_number, state, version, currency, amount::int, terms, metadata, payload::json -> 'payment' AS
       snapshot, event.type, event.aggregate_version, octet_length(fingerprint) AS fingerprint_bytes, idempotency.key
     FROM payments.payment JOIN payments.event ON aggregate_id = payment.id
     JOIN payments.idempotency ON payment_id = payment.id
     WHERE payment.merchant_id = $1 AND reference = 'order-7'`,
    [uuidOf(merchantId)],
  );
  expect(rows).toEqual([
    {
      reference: 'order-7',
      attempt_number: 1,
      state: 'processing',
      version: 1,
      currency: 'EUR',
      amount: 1_099,
      terms: {
        feeBasisPoints: 150,
        feeFixed: 25,
        riskLimit: 1_000_000,
        riskFloor: 100_000,
        routingVersion: 0,
        patienceMs: 60_000,
      },
      metadata: { note: 'for "order-7"' },
      snapshot: expect.objectContaining({ reference: 'order-7', status: 'PROCESSING', amount: 1_099 }) as object,
      type: 'payment.created',
      aggregate_version: 1,
      fingerprint_bytes: 32,
      key: 'key-7',
    },
  ]);
});

describe('within one batch', () => {
  test('the same key twice: the first is written, the other hears that the key is used', async () => {
    const batch = [asked('b', 'order-1'), asked('a', 'order-2'), asked('b', 'order-1'), asked('a', 'order-3')];
    expect(written(await one.acceptTogether(batch))).toEqual(['written', 'written', 'key_used', 'key_used']);
    expect(one.batchSizes).toEqual([1, 4]);
    expect(await everything()).toEqual([2, 2, 2]);
  });

  test('the same reference under five keys: the first is written, the others hear that it is taken', async () => {
    const batch = ['e', 'd', 'c', 'b', 'a'].map((key) => asked(key, 'order-1'));
    expect(written(await one.acceptTogether(batch))).toEqual(['written', ...Array<string>(4).fill('reference_taken')]);
    expect(one.batchSizes).toEqual([1, 5]);
    expect(await everything()).toEqual([1, 1, 1]);
  });

  test('a reference that was taken before and a key that was used before spoil nothing for the others', async () => {
    await one.accept(asked('key-0', 'order-0'));
    const batch = [asked('key-1', 'order-0'), asked('key-2', 'order-2'), asked('key-0', 'order-3')];
    expect(written(await one.acceptTogether(batch))).toEqual(['reference_taken', 'written', 'key_used']);
    expect(one.batchSizes).toEqual([1, 1, 3]);
  });

  test('a used key takes no reference away from the new key behind it', async () => {
    await one.accept(asked('key-0', 'order-0'));
    await owner.query(`UPDATE payments.payment SET state = 'declined' WHERE merchant_id = $1`, [uuidOf(merchantId)]);
    const batch = [asked('key-0', 'order-0'), asked('key-1', 'order-0')];
    expect(written(await one.acceptTogether(batch))).toEqual(['key_used', 'written']);
    const { rows } = await owner.query<{ attempt_number: number }>(
      'SELECT attempt_number FROM payments.payment WHERE merchant_id = $1 ORDER BY 1',
      [uuidOf(merchantId)],
    );
    expect(rows.map((row) => row.attempt_number)).toEqual([1, 2]);
  });

  test('a key that comes twice takes only one reference', async () => {
    const batch = [asked('key-1', 'order-1'), asked('key-1', 'order-2'), asked('key-2', 'order-2')];
    expect(written(await one.acceptTogether(batch))).toEqual(['written', 'key_used', 'written']);
    expect(one.batchSizes).toEqual([1, 3]);
  });

  test('the same key and reference of another merchant is another payment', async () => {
    const others = ids.next('mer');
    const batch = [asked('key', 'order'), asked('key', 'order', { merchantId: others })];
    expect(written(await one.acceptTogether(batch))).toEqual(['written', 'written']);
  });

  test('one that the database refuses among fifty good ones fails alone, and is found by halving', async () => {
    const batch = orders(51).map((order, n) => (n === 17 ? { ...order, minor: 0n } : order));
    const results = await one.acceptTogether(batch);

    expect(results[17]).toMatchObject({ status: 'rejected', reason: { constraint: 'payment_amount_in_range' } });
    expect(written(results.toSpliced(17, 1))).toEqual(Array<string>(50).fill('written'));
    expect(await everything()).toEqual([50, 50, 50]);
    // The opener, the batch, and two halves at each of the six steps from 51 down to 1.
    expect(one.batchSizes.length).toBeLessThanOrEqual(14);
  });

  test('one whose key somebody else keeps locked fails alone, and may be tried again', async () => {
    const url = new URL(database.urlFor('api'));
    url.searchParams.set('options', '-c lock_timeout=250');
    const hasty = await IntakeReplica.start(url.href, 'replica-hasty');
    await useKeyWithoutCommit('key-3');
    const results = await hasty.acceptTogether(orders(8));

    expect(results[3]).toMatchObject({ status: 'rejected', reason: { retryable: true } });
    expect(written(results.toSpliced(3, 1))).toEqual(Array<string>(7).fill('written'));
    // The time-out was waited for twice, not at each step of a halving.
    expect(hasty.batchSizes).toEqual([1, 8, ...Array<number>(8).fill(1)]);
    await other.query('ROLLBACK');
    expect(await hasty.accept(asked('key-3', 'order-3'))).toBe('written');
    await hasty.stop();
  });
});

describe('two replicas', () => {
  test('with the same keys in opposite order, both stopped halfway: no deadlock, each key is used once', async () => {
    const batch = ['a', 'm', 'z'].map((key) => asked(key, `order-${key}`));
    await useKeyWithoutCommit('m');
    const answers = Promise.all([one.acceptTogether(batch), two.acceptTogether(batch.toReversed())]);
    await waitingForLocks(['replica-one', 'replica-two']);
    await other.query('ROLLBACK');

    const results = (await answers).map(written);
    expect(results.flat().toSorted()).toEqual([
      ...Array<string>(3).fill('key_used'),
      ...Array<string>(3).fill('written'),
    ]);
    expect([one.errors, two.errors]).toEqual([[], []]);
    expect(await everything()).toEqual([3, 3, 3]);
  });

  test('with the same references under crossing keys, both stopped halfway: no deadlock, each is taken once', async () => {
    const references = ['a', 'm', 'z'];
    await takeReferenceWithoutCommit('m');
    const answers = Promise.all([
      one.acceptTogether(references.map((reference, n) => asked(`one-${n}`, reference))),
      two.acceptTogether(references.map((reference, n) => asked(`two-${9 - n}`, reference))),
    ]);
    await waitingForLocks(['replica-one', 'replica-two']);
    await other.query('ROLLBACK');

    const results = (await answers).map(written).flat();
    expect(results.filter((result) => result === 'written')).toHaveLength(3);
    expect(results).not.toContain('fault');
    expect([...one.errors, ...two.errors].filter((error) => error instanceof DatabaseFault)).toEqual([]);
    expect(await everything()).toEqual([3, 3, 3]);
  });

  test('a reference that the other one takes while the batch waits for it: only that payment is too late', async () => {
    await takeReferenceWithoutCommit('order-3');
    const answers = one.acceptTogether(orders(8));
    await waitingForLocks(['replica-one']);
    await other.query('COMMIT');

    const results = written(await answers);
    expect(['attempt_raced', 'reference_taken']).toContain(results[3]);
    expect(results.toSpliced(3, 1)).toEqual(Array<string>(7).fill('written'));
  });

  test('a key that the other one uses while the batch waits for it is a used key, and spoils nothing', async () => {
    await useKeyWithoutCommit('key-3');
    const answers = one.acceptTogether(orders(8));
    await waitingForLocks(['replica-one']);
    await other.query('COMMIT');

    expect(written(await answers)).toEqual(orders(8).map((_, n) => (n === 3 ? 'key_used' : 'written')));
    expect(one.batchSizes).toEqual([1, 8]);
  });
});

describe('a connection that breaks under a batch', () => {
  const retryable = { status: 'rejected', reason: { name: 'DatabaseFault', retryable: true } };

  test('before the commit: everybody may try again, nothing is there, and the same keys make one payment each', async () => {
    await useKeyWithoutCommit('key-3');
    const answers = one.acceptTogether(orders(8));
    const pids = await waitingForLocks(['replica-one']);
    await owner.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);

    expect(await answers).toMatchObject(orders(8).map(() => retryable));
    await other.query('ROLLBACK');
    expect(await everything()).toEqual([0, 0, 0]);
    // Nobody asked the database again on behalf of those who now do it themselves.
    expect(one.batchSizes).toEqual([1, 8]);
    expect(written(await one.acceptTogether(orders(8)))).toEqual(Array<string>(8).fill('written'));
    expect(await everything()).toEqual([8, 8, 8]);
  });

  test('after the commit, before the answer: everybody may try again and finds the key used', async () => {
    one.afterStatement = () => {
      if (one.batchSizes.at(-1) === 1) return;
      one.afterStatement = () => undefined;
      throw new DatabaseFault('lost', { retryable: true, cause: new Error('Connection terminated unexpectedly') });
    };
    expect(await one.acceptTogether(orders(8))).toMatchObject(orders(8).map(() => retryable));
    expect(written(await two.acceptTogether(orders(8)))).toEqual(Array<string>(8).fill('key_used'));
    expect(await everything()).toEqual([8, 8, 8]);
  });
});

describe('among many keys, of which the planner knows nothing yet', () => {
  const many = 20_000;

  beforeEach(() => owner.query('ALTER TABLE payments.idempotency SET (autovacuum_enabled = off)'));

  afterEach(() => owner.query('ALTER TABLE payments.idempotency RESET (autovacuum_enabled)'));

  test('each is looked up by itself', async () => {
    // What the planner has seen last: one merchant, and hardly a key of a creation.
    await owner.query('TRUNCATE payments.idempotency');
    await useKeys('capture_payment', 50);
    await owner.query('ANALYZE payments.idempotency');
    await useKeys('create_payment', many);
    const before = await rowsRead('idempotency');
    await one.acceptTogether(orders(30));
    await one.stop();
    await until('its sessions to end', async () => (await sessionsOf('replica-one')) === 0);
    expect((await rowsRead('idempotency')) - before).toBeLessThan(many / 10);
    one = await IntakeReplica.start(database.urlFor('api'), 'replica-one');
  });
});

describe('among many payments of a merchant, of whom the planner has seen only the first', () => {
  /** The index of the references has one page more by then than that of the ids, so that the wrong one looks cheaper. */
  const first = 140;
  const many = 20_000;

  beforeEach(() => owner.query('ALTER TABLE payments.payment SET (autovacuum_enabled = off)'));

  afterEach(() => owner.query('ALTER TABLE payments.payment RESET (autovacuum_enabled)'));

  test('each reference is looked up by itself', async () => {
    await owner.query('TRUNCATE payments.payment');
    await makePayments(first);
    const aging = await IntakeReplica.start(database.urlFor('api'), 'aging', { planLifetimeMs: 0 });
    await aging.acceptTogether(orders(1));
    await makePayments(many);
    const before = await rowsRead('payment');
    await aging.acceptTogether(Array.from({ length: 30 }, (_, n) => asked(`late-${n}`, `late-${n}`)));
    await aging.stop();
    await until('its sessions to end', async () => (await sessionsOf('aging')) === 0);
    expect((await rowsRead('payment')) - before).toBeLessThan(many / 10);
  });
});

async function makePayments(count: number): Promise<void> {
  await owner.query(
    `INSERT INTO payments.payment (merchant_id, id, reference, attempt_number, state, version, capture_method, currency,
       amount, card_token, terms, metadata, created_at, updated_at)
     SELECT $1, gen_random_uuid(), gen_random_uuid(), 1, 'processing', 1, 'automatic', 'EUR', 1099, 'tok_visa', '{}', '{}', now(),
       now()
     FROM generate_series(1, $2)`,
    [uuidOf(merchantId), count],
  );
}

async function useKeys(operation: string, count: number): Promise<void> {
  await owner.query(
    `INSERT INTO payments.idempotency (merchant_id, operation, key, fingerprint, payment_id, created_at)
     SELECT $1, $2, 'earlier ' || n, '', gen_random_uuid(), now() FROM generate_series(1, $3) AS n`,
    [uuidOf(merchantId), operation, count],
  );
}

async function sessionsOf(replica: string): Promise<number | null> {
  const { rowCount } = await owner.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [replica]);
  return rowCount;
}

/** By sessions that have ended; the others have told only a part. */
async function rowsRead(table: string): Promise<number> {
  const { rows } = await owner.query<{ read: string }>(
    `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables WHERE relname = $1`,
    [table],
  );
  return Number(rows[0]?.read);
}
