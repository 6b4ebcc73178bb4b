import pg from 'pg';
import { rowsAfter, type PaymentRows } from './pattern-rows.ts';

/**
 * The best that one transaction for each payment can do without anything around it: all three rows in one prepared statement,
 * one round trip, and as many connections as it likes. It looks up nothing first; a row that is there already is an error.
 */
export async function writePlainRows(
  url: string,
  pattern: PaymentRows,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const statement = statementFor(pattern);
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  let written = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  try {
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < until) {
          await client.query({ name: 'rows', text: statement, values: valuesOf(rowsAfter(pattern)) });
          written += 1;
        }
      }),
    );
    return (written / (performance.now() - began)) * 1_000;
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

function statementFor({ idempotency, payment, event }: PaymentRows): string {
  let parameter = 0;
  const insert = (table: string, row: object): string => {
    const columns = Object.keys(row);
    const values = columns.map(() => `$${(parameter += 1)}`);
    return `INSERT INTO payments.${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`;
  };
  return `WITH used_key AS (${insert('idempotency', idempotency)}), accepted AS (${insert('payment', payment)})
    ${insert('event', event)}`;
}

function valuesOf({ idempotency, payment, event }: PaymentRows): unknown[] {
  return [idempotency, payment, event].flatMap((row) => Object.values(row));
}
