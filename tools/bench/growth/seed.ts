import type { BenchStack } from '../bench-stack.ts';

/** So many rows a statement: what one rolls back or holds in memory stays small. */
const chunk = 250_000;

/**
 * What differs from the pattern, for payment `n`. The rows go back in time by 10 ms each, so that ids and times rise as they do
 * in life and all events lie in the partition of this week.
 */
const own: Readonly<Record<Table, Readonly<Record<string, string>>>> = {
  payment: {
    id: 'seed.id',
    reference: `'seed-' || seed.n`,
    created_at: 'seed.at',
    updated_at: 'seed.at',
    settled_at: 'seed.at',
  },
  idempotency: { key: `'seed-' || seed.n`, payment_id: 'seed.id', created_at: 'seed.at' },
  event: { event_id: 'gen_random_uuid()', aggregate_id: 'seed.id', occurred_at: 'seed.at' },
};

/** The pattern of each: the sample payment, which has been settled, and its first event. */
const pattern: Readonly<Record<Table, string>> = {
  payment: 'settled_at IS NOT NULL ORDER BY created_at LIMIT 1',
  idempotency: `operation = 'create_payment' ORDER BY created_at LIMIT 1`,
  event: `type = 'payment.created' ORDER BY seq LIMIT 1`,
};

type Table = 'payment' | 'idempotency' | 'event';
const tables: readonly Table[] = ['payment', 'idempotency', 'event'];

/** Fills the tables of accepting with settled payments until there are so many. */
export async function seedUpTo(stack: BenchStack, payments: number): Promise<void> {
  const there = await stack.count('SELECT count(*) FROM payments.payment');
  for (let from = there; from < payments; from += chunk) {
    const to = Math.min(payments, from + chunk) - 1;
    await stack.database.query('DROP TABLE IF EXISTS seed');
    await stack.database.query(
      `CREATE UNLOGGED TABLE seed AS
       SELECT n, uuidv7(at - clock_timestamp()) AS id, at
       FROM generate_series(${to}, ${from}, -1) AS n, LATERAL (SELECT now() - n * interval '10 ms' AS at) AS time`,
    );
    for (const table of tables) await stack.database.query(await insertInto(stack, table));
  }
  await stack.database.query('DROP TABLE IF EXISTS seed');
  // As autovacuum would have done while so many came in one by one, and a checkpoint so that none comes in the measurement.
  for (const table of tables) await stack.database.query(`VACUUM (ANALYZE) payments.${table}`);
  await stack.database.query('CHECKPOINT');
}

async function insertInto(stack: BenchStack, table: Table): Promise<string> {
  const { rows } = await stack.database.query<{ column_name: string }>(
    `SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'payments' AND table_name = $1 AND is_identity = 'NO' AND column_name <> 'xid'`,
    [table],
  );
  const columns = rows.map((row) => row.column_name);
  const values = columns.map((column) => own[table][column] ?? `pattern.${column}`);
  return `INSERT INTO payments.${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
    FROM seed, (SELECT * FROM payments.${table} WHERE ${pattern[table]}) AS pattern ORDER BY seed.n DESC`;
}
