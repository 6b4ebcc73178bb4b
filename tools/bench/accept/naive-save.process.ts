import { DataSource, EntitySchema, type ObjectLiteral } from 'typeorm';
import { servePayments } from './peer-application.ts';
import { rowsAfter, type PaymentRows } from './pattern-rows.ts';

/** As many as the API has by default. */
const poolSize = 12;

const pattern = JSON.parse(process.env['PATTERN'] ?? '') as PaymentRows;
const keys = entityOf('idempotency', pattern.idempotency, ['merchant_id', 'operation', 'key']);
const payments = entityOf('payment', pattern.payment, ['merchant_id', 'id']);
const events = entityOf('event', pattern.event, ['aggregate_id', 'aggregate_version']);

const dataSource = await new DataSource({
  type: 'postgres',
  url: process.env['DATABASE_URL'],
  entities: [keys, payments, events],
  poolSize,
}).initialize();

/** The mutation as one writes it on the first day: look whether it is there, save what belongs to it, in a transaction. */
await servePayments(({ idempotencyKey, reference }) =>
  dataSource.transaction(async (manager) => {
    const rows = rowsAfter(pattern, idempotencyKey, reference);
    const { merchant_id: merchant, operation, key } = rows.idempotency;
    const used = await manager.findOneBy(keys, { merchant_id: merchant, operation, key });
    if (used !== null) return String(used['payment_id']);
    const live = await manager.findOneBy(payments, { merchant_id: merchant, reference });
    if (live !== null) throw new Error(`there is a payment for "${reference}" already`);
    await manager.save(keys, rows.idempotency);
    await manager.save(payments, rows.payment);
    await manager.save(events, rows.event);
    return String(rows.payment['id']);
  }),
);

function entityOf(table: string, row: Readonly<Record<string, unknown>>, primary: readonly string[]) {
  const columns = Object.entries(row).map(([column, value]) => {
    const type = typeof value === 'object' ? ('jsonb' as const) : ('text' as const);
    return [column, { type, primary: primary.includes(column) }] as const;
  });
  return new EntitySchema<ObjectLiteral>({ name: table, schema: 'payments', columns: Object.fromEntries(columns) });
}
