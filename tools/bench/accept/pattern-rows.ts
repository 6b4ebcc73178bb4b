import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { uuidOf } from '#domain';
import { RandomIds, SystemClock } from '#security';

/** The rows of one accepted payment, by the names of their columns. */
export interface PaymentRows {
  readonly idempotency: Row;
  readonly payment: Row;
  readonly event: Row;
}

type Row = Readonly<Record<string, unknown>>;

/** What the database fills in by itself, with these values. */
function isFilledIn(table: string, column: string, value: unknown): boolean {
  return column === 'seq' || column === 'xid' || value === null || (table === 'payment' && value === 0);
}

/** What the API wrote for the newest payment; its peers write the same with ids of their own. */
export async function readPattern(database: pg.Pool): Promise<PaymentRows> {
  const newest = async (table: keyof PaymentRows, order: string): Promise<Row> => {
    const { rows } = await database.query<{ row: Row }>(
      `SELECT to_jsonb(t) AS row FROM payments.${table} t ORDER BY ${order} DESC LIMIT 1`,
    );
    if (rows[0] === undefined) throw new Error('no payment has been made yet');
    return Object.fromEntries(
      Object.entries(rows[0].row).filter(([column, value]) => !isFilledIn(table, column, value)),
    );
  };
  return {
    payment: await newest('payment', 'created_at'),
    idempotency: await newest('idempotency', 'created_at'),
    event: await newest('event', 'seq'),
  };
}

const ids = new RandomIds(new SystemClock());

/** Another payment after the pattern, written now, with a key and a reference of its own unless they are given. */
export function rowsAfter(pattern: PaymentRows, key: string = randomUUID(), reference: string = key): PaymentRows {
  const id = uuidOf(ids.next('pay'));
  const now = new Date().toISOString();
  return {
    idempotency: { ...pattern.idempotency, key, payment_id: id, created_at: now },
    payment: { ...pattern.payment, id, reference, created_at: now, updated_at: now },
    event: { ...pattern.event, event_id: uuidOf(ids.next('evt')), aggregate_id: id, occurred_at: now },
  };
}
