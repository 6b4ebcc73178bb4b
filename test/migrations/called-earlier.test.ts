import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { waits } from '../../apps/api/src/admin/stuck-saga-reader.ts';
import { provision } from '../../tools/provisioning/provision.ts';
import { uuidOf } from '#domain';
import { newId } from '../support/payment-events.ts';
import { until } from '../support/until.ts';

const { templateUrl, passwords } = inject('postgres');
const name = `quittance_test_${randomBytes(6).toString('hex')}`;
const ownerUrl = Object.assign(new URL(templateUrl), { pathname: `/${name}` }).href;

/** What is written down about people who wait: the first migration that the database of the test has not seen. */
const firstUnseen = '20261121164000';

let owner: pg.Client;
let earlierRelease: string;

beforeAll(async () => {
  earlierRelease = await mkdtemp(join(tmpdir(), 'quittance-earlier-'));
  const seenThen = (file: string): boolean =>
    !/^\d/.test(basename(file)) || basename(file) < firstUnseen || !file.includes('payments');
  await cp(resolve('migrations'), earlierRelease, { recursive: true, filter: seenThen });
  await provision({ ownerUrl, passwords, migrationsDirectory: earlierRelease });
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await rm(earlierRelease, { recursive: true });
  const server = new pg.Client({ connectionString: templateUrl });
  await server.connect();
  await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await server.end();
});

/** A saga for which the first release called a person, and the attempt that it is about. */
async function calledFor(kind: string, operation: string, waitingFor: string): Promise<string> {
  const [merchant, payment, attempt] = [uuidOf(newId('mer')), uuidOf(newId('pay')), uuidOf(newId('att'))];
  await owner.query(
    `INSERT INTO payments.attempt (merchant_id, payment_id, number, id, operation, acquirer, amount, state, routed_because, started_at)
     VALUES ($1, $2, 1, $3, $4, 'alpha', 1099, 'outcome_unknown', 'the only one', now())`,
    [merchant, payment, attempt, operation],
  );
  await owner.query(
    `INSERT INTO payments.saga (merchant_id, payment_id, id, kind, step, definition_version, capture_method, attempt_id, tries,
       checks, waiting_for, created_at, updated_at)
     VALUES ($1, $2, $2, $3, 'needs_person', 1, 'automatic', $4, 1, 0, $5, '2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z')`,
    [merchant, payment, kind, attempt, waitingFor],
  );
  return attempt;
}

test('people whom an earlier release called get what they need to settle', async () => {
  const wrongAmount = 'a person: alpha approved 1098 where 1099 was asked';
  const planted = [
    [await calledFor('charge', 'authorize', wrongAmount), 'authorizing', 1_098],
    [await calledFor('charge', 'capture', 'a person: no outcome after 8 calls'), 'capturing', null],
    [await calledFor('charge', 'void', 'a person: no outcome after 8 calls'), 'releasing', null],
    [await calledFor('void', 'void', 'a person: no outcome after 8 calls'), 'voiding', null],
    [await calledFor('refund', 'refund', 'a person: no outcome after 8 calls'), 'refunding', null],
  ] as const;
  await provision({ ownerUrl, passwords, migrationsDirectory: resolve('migrations') });
  for (const [attempt, stuckAt, answered] of planted) {
    const { rows } = await owner.query<{ stuck_at: string; step_since: Date; answered: number | null }>(
      `SELECT stuck_at, step_since, answered_amount::integer AS answered
       FROM payments.saga JOIN payments.attempt ON attempt.id = attempt_id WHERE attempt_id = $1`,
      [attempt],
    );
    expect(rows).toEqual([{ stuck_at: stuckAt, step_since: new Date('2026-11-20T11:00:00Z'), answered }]);
  }
});

test('what waits is found among many by its index', async () => {
  await owner.query('SET enable_seqscan = off');
  // An index over rows that have just changed is used when no transaction is left on the server that began before it.
  await until('the index to be used', async () => {
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT kind FROM payments.saga WHERE ${waits} ORDER BY step_since LIMIT 50`,
    );
    return rows
      .map((row) => row['QUERY PLAN'])
      .join('\n')
      .includes('Index Scan using saga_waiting');
  });
});
