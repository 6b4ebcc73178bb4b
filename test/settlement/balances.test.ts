import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DataSource } from 'typeorm';
import { journalOf, money, type CurrencyCode, type EventId } from '#domain';
import { openDataSource, UnitOfWork, type Transaction } from '#persistence';
import { SystemClock, RandomIds } from '#security';
import { settlementStores, type SettlementStores } from '../../apps/settlement/src/stores/settlement-stores.ts';
import { FoldBalances } from '../../apps/settlement/src/use-cases/fold-balances.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { newId } from '../support/payment-events.ts';
import { deferred } from '../support/until.ts';

let database: TestDatabase;
let dataSource: DataSource;
let owner: pg.Pool;
let unitOfWork: UnitOfWork<SettlementStores>;
let folder: FoldBalances;

beforeAll(async () => {
  database = await createDatabase();
  const url = database.urlFor('settlement');
  dataSource = await openDataSource({
    url,
    schema: 'books',
    applicationName: 'balances test',
    poolSize: 20,
    entities: [],
  });
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  const clock = new SystemClock();
  const parts = { ids: new RandomIds(clock), clock, announce: () => undefined, hint: () => undefined };
  unitOfWork = new UnitOfWork(dataSource, (scope) => settlementStores(scope, parts));
  folder = new FoldBalances(unitOfWork);
});

afterAll(async () => {
  await dataSource.destroy();
  await owner.end();
  await database.drop();
});

function captureOf(minor: bigint, currency: CurrencyCode = 'EUR') {
  const eventId: EventId = newId('evt');
  const amount = money(minor, currency);
  const fee = money(minor / 50n, currency);
  const merchantId = newId('mer');
  const journal = journalOf({ kind: 'payment_captured', eventId, merchantId, acquirer: 'alpha', amount, fee });
  if (journal === undefined) throw new Error('a capture moves money');
  return { journal, occurredAt: new Date() };
}

type Posting = readonly ReturnType<typeof captureOf>[];

/** Posts in one transaction, and does something else before it commits. */
async function post(
  journals: Posting,
  beforeCommit: (tx: Transaction<SettlementStores>) => Promise<unknown> = async () => undefined,
): Promise<void> {
  await unitOfWork.run(async (tx) => {
    await tx.journals.post(journals);
    await beforeCommit(tx);
  });
}

interface Sample {
  differences: string[];
  wrong: { account: string }[];
}

/** In one statement: currencies whose sides differ, and accounts whose balance is not the sum of their entries. */
async function sample(): Promise<Sample> {
  const { rows } = await owner.query<{ differences: string[] | null; wrong: Sample['wrong'] | null }>(`
    WITH summed AS (
      SELECT account, coalesce(merchant_id::text, acquirer) AS owner, currency::text AS currency,
        coalesce(sum(amount) FILTER (WHERE direction = 'debit'), 0) AS debit,
        coalesce(sum(amount) FILTER (WHERE direction = 'credit'), 0) AS credit
      FROM books.entry GROUP BY 1, 2, 3
    ), wrong AS (
      (SELECT * FROM summed EXCEPT ALL SELECT account, owner, currency, debit, credit FROM books.account_balance)
      UNION ALL
      (SELECT account, owner, currency, debit, credit FROM books.account_balance EXCEPT ALL SELECT * FROM summed)
    )
    SELECT (SELECT array_agg(currency) FROM books.trial_balance WHERE debit <> credit) AS differences,
      (SELECT json_agg(wrong) FROM wrong) AS wrong`);
  return { differences: rows[0]?.differences ?? [], wrong: rows[0]?.wrong ?? [] };
}

const even: Sample = { differences: [], wrong: [] };

async function foldedEntries(): Promise<number> {
  return (await folder.execute()).entries;
}

describe('balances', () => {
  test('are exact before, while and after entries are folded', async () => {
    await post([captureOf(1_000n), captureOf(2_000n, 'JPY')]);
    expect(await sample()).toEqual(even);
    expect(await foldedEntries()).toBe(6);
    expect(await sample()).toEqual(even);
    await post([captureOf(3_000n)]);
    expect(await sample()).toEqual(even);
  });

  test('fold each entry once', async () => {
    await foldedEntries();
    await post([captureOf(1_000n)]);
    expect(await foldedEntries()).toBe(3);
    expect(await foldedEntries()).toBe(0);
    expect(await sample()).toEqual(even);
  });

  test('lose nothing of a transaction that began before a fold and committed after it', async () => {
    const commit = deferred();
    const posted = deferred();
    const late = post([captureOf(777n)], () => {
      posted.resolve();
      return commit.promise;
    });
    await posted.promise;
    await post([captureOf(888n)]);
    await foldedEntries();
    await post([captureOf(999n)]);
    await foldedEntries();
    commit.resolve();
    await late;
    expect(await sample()).toEqual(even);
    expect(await foldedEntries()).toBe(3);
    expect(await sample()).toEqual(even);
  });

  test('forget what was rolled back', async () => {
    await foldedEntries();
    const rolledBack = post([captureOf(5n)], () => Promise.reject(new Error('never mind')));
    await expect(rolledBack).rejects.toThrow('never mind');
    await post([captureOf(6n)]);
    expect(await foldedEntries()).toBe(2); // the fee of 6 is nothing
    expect(await sample()).toEqual(even);
  });

  test('are folded by one of many at a time', async () => {
    await foldedEntries();
    await post(Array.from({ length: 50 }, () => captureOf(1_000n)));
    const folds = await Promise.all(Array.from({ length: 8 }, () => folder.execute()));
    expect(folds.reduce((sum, { entries }) => sum + entries, 0)).toBe(150);
    expect(await sample()).toEqual(even);
  });

  test('stay even at every instant while eight write, one of them slowly, and three fold', async () => {
    const written = new AbortController();
    const writer = async (slowBySeconds: number): Promise<void> => {
      for (let turn = 0; turn < 25; turn += 1) {
        const journals = Array.from({ length: 1 + (turn % 5) }, () => captureOf(BigInt(100 + turn), 'CHF'));
        await post(journals, (tx) => tx.sql.query('SELECT pg_sleep($1)', [slowBySeconds]));
      }
    };
    const untilWritten = async (work: () => Promise<void>): Promise<void> => {
      while (!written.signal.aborted) await work();
    };
    const samples: Sample[] = [];
    const watching = untilWritten(async () => void samples.push(await sample()));
    const folding = [0, 1, 2].map(() => untilWritten(async () => void (await folder.execute())));
    await Promise.all([0, 0, 0, 0, 0, 0.001, 0.002, 0.02].map(writer));
    written.abort();
    await Promise.all([watching, ...folding]);

    expect(samples.length).toBeGreaterThan(20);
    for (const each of samples) expect(each).toEqual(even);
    await foldedEntries();
    expect(await sample()).toEqual(even);
    const { rows } = await owner.query(`SELECT debit, credit FROM books.trial_balance WHERE currency = 'CHF'`);
    // Eight writers, five rounds of 1 + 2 + 3 + 4 + 5 captures of 100 to 124.
    const total = 8 * Array.from({ length: 25 }, (_, turn) => (1 + (turn % 5)) * (100 + turn)).reduce((a, b) => a + b);
    expect(rows).toEqual([{ debit: String(total), credit: String(total) }]);
  });
});
