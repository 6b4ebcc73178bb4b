import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normalSide, uuidOf } from '#domain';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { newId } from '../support/payment-events.ts';

let database: TestDatabase;
let service: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  service = new pg.Pool({ connectionString: database.urlFor('settlement') });
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  await service.query(balanced());
});

afterAll(async () => {
  await Promise.all([service.end(), owner.end()]);
  await database.drop();
});

const newUuid = (): string => uuidOf(newId('evt'));
const merchant = newUuid();

type Line = readonly [account: string, direction: 'debit' | 'credit', amount: number, currency?: string];

/** One statement that writes a journal with these entries, as the service does. */
function posting(eventId: string, ...lines: readonly Line[]): string {
  return `WITH posted AS (
      INSERT INTO books.journal (event_id, kind, occurred_at) VALUES ('${eventId}', 'payment_captured', now())
    ) ${entries(eventId, ...lines)}`;
}

function entries(eventId: string, ...lines: readonly Line[]): string {
  const rows = lines.map(([account, direction, amount, currency = 'EUR'], index) => {
    const merchantId = account.startsWith('merchant') ? `'${merchant}'` : 'NULL';
    const acquirer = account.startsWith('acquirer') ? `'alpha'` : 'NULL';
    return `('${eventId}', ${index + 1}, '${account}', ${merchantId}, ${acquirer}, '${direction}', ${amount}, '${currency}')`;
  });
  return `INSERT INTO books.entry (event_id, line, account, merchant_id, acquirer, direction, amount, currency)
    VALUES ${rows.join(', ')}`;
}

function balanced(eventId = newUuid()): string {
  return posting(eventId, ['acquirer_receivable', 'debit', 100], ['merchant_pending', 'credit', 100]);
}

describe('nothing that was written is changed', () => {
  const changes = ['journal', 'entry'].flatMap((table) => [
    `UPDATE books.${table} SET event_id = event_id`,
    `UPDATE books.${table} SET event_id = event_id WHERE false`,
    `DELETE FROM books.${table}`,
    `TRUNCATE books.${table}`,
    `TRUNCATE books.${table} CASCADE`,
  ]);

  test.each(changes)('not by the service: %s', async (statement) => {
    await expect(service.query(statement)).rejects.toThrow('permission denied');
  });

  test.each(changes)('not by the owner of the database: %s', async (statement) => {
    await expect(owner.query(statement)).rejects.toThrow('the books are only ever added to');
  });

  test.each(changes)('not by a session that replicates: %s', async (statement) => {
    const replica = await owner.connect();
    try {
      await replica.query('SET session_replication_role = replica');
      await expect(replica.query(statement)).rejects.toThrow('the books are only ever added to');
    } finally {
      replica.release(true);
    }
  });

  test('nor is a journal said to be of another transaction than the one that wrote it', async () => {
    const eventId = newUuid();
    const forged = `WITH posted AS (
        INSERT INTO books.journal (event_id, kind, occurred_at) VALUES ('${eventId}', 'payment_captured', now())
      )
      INSERT INTO books.entry (event_id, line, account, direction, amount, currency, xid)
      VALUES ('${eventId}', 1, 'platform_cash', 'debit', 1, 'EUR', '3'), ('${eventId}', 2, 'platform_fees', 'credit', 1, 'EUR', '3')`;
    await expect(service.query(forged)).rejects.toThrow('permission denied');
  });
});

describe('a journal is refused', () => {
  const refused: [string, string, (eventId: string) => string][] = [
    ['with one side only', 'journal_balanced', (id) => posting(id, ['platform_cash', 'debit', 1])],
    [
      'with sides that are not equal',
      'journal_balanced',
      (id) => posting(id, ['platform_cash', 'debit', 2], ['platform_fees', 'credit', 1]),
    ],
    [
      'that is even over two currencies and in neither',
      'journal_balanced',
      (id) => posting(id, ['platform_cash', 'debit', 1, 'EUR'], ['platform_fees', 'credit', 1, 'USD']),
    ],
    [
      'with an entry of zero',
      'entry_amount_positive',
      (id) => posting(id, ['platform_cash', 'debit', 0], ['platform_fees', 'credit', 0]),
    ],
    [
      'with a negative entry',
      'entry_amount_positive',
      (id) => posting(id, ['platform_cash', 'debit', -1], ['platform_fees', 'credit', -1]),
    ],
    [
      'on an account that does not exist',
      'entry_account_known',
      (id) => posting(id, ['petty_cash', 'debit', 1], ['platform_fees', 'credit', 1]),
    ],
    [
      'without entries',
      'journal_not_empty',
      (id) => `INSERT INTO books.journal (event_id, kind, occurred_at) VALUES ('${id}', 'payment_captured', now())`,
    ],
    [
      'that is only entries',
      'entry_of_journal',
      (id) => entries(id, ['platform_cash', 'debit', 1], ['platform_fees', 'credit', 1]),
    ],
  ];

  test.each(refused)('%s', async (_name, constraint, statement) => {
    const eventId = newUuid();
    await expect(service.query(statement(eventId))).rejects.toMatchObject({ constraint });
    await expect(owner.query(statement(eventId))).rejects.toMatchObject({ constraint });
    expect((await owner.query('SELECT 1 FROM books.entry WHERE event_id = $1', [eventId])).rows).toEqual([]);
  });

  test('for an event that has one', async () => {
    const eventId = newUuid();
    await service.query(balanced(eventId));
    await expect(service.query(balanced(eventId))).rejects.toThrow('duplicate key value');
  });

  test('when another balanced pair is put to it later, also in its own transaction', async () => {
    const eventId = newUuid();
    const client = await service.connect();
    await client.query('BEGIN');
    await client.query(balanced(eventId));
    const later = `INSERT INTO books.entry (event_id, line, account, direction, amount, currency) VALUES
      ('${eventId}', 8, 'platform_cash', 'debit', 1, 'EUR'), ('${eventId}', 9, 'platform_fees', 'credit', 1, 'EUR')`;
    await expect(client.query(later)).rejects.toMatchObject({ constraint: 'journal_written_once' });
    await client.query('ROLLBACK');
    client.release();
  });

  test('as a whole when one of many in a statement does not balance', async () => {
    const [good, bad] = [newUuid(), newUuid()];
    const statement = `WITH posted AS (
        INSERT INTO books.journal (event_id, kind, occurred_at)
        VALUES ('${good}', 'payment_captured', now()), ('${bad}', 'payment_captured', now())
      )
      INSERT INTO books.entry (event_id, line, account, direction, amount, currency) VALUES
        ('${good}', 1, 'platform_cash', 'debit', 5, 'EUR'), ('${good}', 2, 'platform_fees', 'credit', 4, 'EUR'),
        ('${bad}', 1, 'platform_cash', 'debit', 4, 'EUR'), ('${bad}', 2, 'platform_fees', 'credit', 5, 'EUR')`;
    await expect(service.query(statement)).rejects.toMatchObject({ constraint: 'journal_balanced' });
  });

  test.each([
    ['merchant_pending', 'NULL', 'NULL'],
    ['platform_cash', `'${merchant}'`, 'NULL'],
    ['acquirer_receivable', 'NULL', 'NULL'],
    ['merchant_pending', `'${merchant}'`, `'alpha'`],
  ])('with an entry on %s of merchant %s and acquirer %s', async (account, merchantId, acquirer) => {
    const eventId = newUuid();
    const statement = `WITH posted AS (
        INSERT INTO books.journal (event_id, kind, occurred_at) VALUES ('${eventId}', 'payment_captured', now())
      )
      INSERT INTO books.entry (event_id, line, account, merchant_id, acquirer, direction, amount, currency) VALUES
        ('${eventId}', 1, '${account}', ${merchantId}, ${acquirer}, 'debit', 1, 'EUR'),
        ('${eventId}', 2, 'platform_fees', NULL, NULL, 'credit', 1, 'EUR')`;
    await expect(service.query(statement)).rejects.toMatchObject({ constraint: 'entry_owner_fits_account' });
  });
});

describe('the API', () => {
  test.each(['account_balance', 'trial_balance'])('reads %s', async (view) => {
    const api = new pg.Client({ connectionString: database.urlFor('api') });
    await api.connect();
    expect((await api.query(`SELECT * FROM books.${view}`)).rows.length).toBeGreaterThan(0);
    await api.end();
  });

  test.each(['journal', 'entry', 'item', 'batch', 'folded_balance', 'settled_payment', 'event'])(
    'does not reach %s',
    async (table) => {
      const api = new pg.Client({ connectionString: database.urlFor('api') });
      await api.connect();
      await expect(api.query(`SELECT * FROM books.${table}`)).rejects.toThrow('permission denied');
      await api.end();
    },
  );
});

test('every account of the domain may be posted to, and its balance grows on its normal side', async () => {
  for (const [account, side] of Object.entries(normalSide)) {
    const opposite = side === 'debit' ? 'credit' : 'debit';
    const contra = account === 'platform_cash' ? 'acquirer_receivable' : 'platform_cash';
    const currency = 'XAF';
    const before = await balanceOf(account, currency);
    await service.query(posting(newUuid(), [account, side, 7, currency], [contra, opposite, 7, currency]));
    expect(await balanceOf(account, currency), account).toBe(before + 7n);
  }
});

async function balanceOf(account: string, currency: string): Promise<bigint> {
  const { rows } = await owner.query<{ balance: string }>(
    'SELECT balance FROM books.account_balance WHERE account = $1 AND currency = $2',
    [account, currency],
  );
  return BigInt(rows[0]?.balance ?? 0);
}
