import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAcquirers } from '../../tools/faults/reckoning/acquirers.ts';
import { checkTables } from '../../tools/faults/reckoning/tables.ts';
import { publicId } from '../../tools/faults/reckoning/type-id.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { breakages, grown, ofGrown, whereGrown } from './breakages.ts';
import { attempts, payments, writeSoundBooks } from './sound-books.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await writeSoundBooks(client);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Breaks something by hand, hears what is found, and undoes it. */
async function foundAfter<T>(breakage: string, look: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    await client.query(breakage);
    return await look();
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('the tables, with increases, disputes and reviews', () => {
  const checksOf = async (): Promise<string[]> => (await checkTables(client, {})).map(({ check }) => check);

  test('are sound as they are', async () => {
    const ours = new Set(breakages.map(([, , check]) => check));
    expect((await checkTables(client, {})).filter(({ check }) => ours.has(check))).toEqual([]);
  });

  test.each(breakages)('are not when %s', async (_, breakage, check) => {
    expect(await foundAfter(breakage, checksOf)).toContain(check);
  });

  test.each([
    ['right after it was taken in hand', `interval '70 seconds'`, true],
    ['that was tried and is due in two minutes', `interval '120 seconds'`, false],
  ])('evidence %s', async (_, later, found) => {
    const breakage = `UPDATE payments.dispute_evidence SET ending = NULL, next_try_at = now() + ${later}`;
    const patience = { nextLookSeconds: 20 };
    const findings = await foundAfter(breakage, () => checkTables(client, { patience }));
    expect(findings.some(({ check }) => check === 'evidence is handed in')).toBe(found);
  });
});

describe("the acquirers' record", () => {
  let truth: Server;

  beforeAll(async () => {
    const about = { acquirer: 'alpha', currency: 'EUR', authorizationId: 'auth_1' };
    const operations = [
      { ...about, key: publicId('att', attempts.first), operation: 'authorize', amountMinor: 1_000 },
      { ...about, key: publicId('att', attempts.granted), operation: 'increase', amountMinor: 500 },
    ];
    truth = createServer((_, response) => response.end(JSON.stringify({ operations, next: '', more: false })));
    await new Promise<void>((resolve) => truth.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => truth.close());

  const ofPayment = async (): Promise<string[]> => {
    const found = await checkAcquirers(client, `http://127.0.0.1:${(truth.address() as AddressInfo).port}`);
    return found.filter(({ payment }) => payment === payments.grown).map(({ check }) => check);
  };

  test('holds what is authorized: at first, and what was granted since', async () => {
    expect(await ofPayment()).toEqual([]);
  });

  test.each([
    ['less is authorized', `${grown} authorized = 1000 ${whereGrown}`, 'acquirers have held what is authorized'],
    [
      'an increase counts as refused',
      `UPDATE payments.attempt SET state = 'declined' WHERE id = '${attempts.granted}'`,
      'what acquirers did is known',
    ],
    [
      'another amount was granted',
      `UPDATE payments.attempt SET amount = 400 WHERE id = '${attempts.granted}'`,
      'what acquirers did is known',
    ],
    [
      'an increase is thought granted',
      `UPDATE payments.attempt SET state = 'approved' WHERE ${ofGrown} AND number = 3`,
      'acquirers did what we say',
    ],
  ])('differs when %s', async (_, breakage, check) => {
    expect(await foundAfter(breakage, ofPayment)).toContain(check);
  });
});
