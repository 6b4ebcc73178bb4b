import { idOf, invariant, money, uuidOf } from '#domain';
import type { Batch, BatchId, Money, PaymentId } from '#domain';
import type { Sql } from '#persistence';

export interface ClosedBatch {
  readonly id: BatchId;
  readonly batch: Batch;
  readonly cutoffAt: Date;
  readonly closedAt: Date;
}

/** What all batches so far settled of a payment. */
export interface SettledPayment {
  readonly paymentId: PaymentId;
  /** How many batches there were. */
  readonly version: number;
  readonly net: Money;
  readonly fee: Money;
}

/** Batches as they were closed, and what they add up to per payment. */
export class BatchStore {
  constructor(private readonly sql: Sql) {}

  async add({ id, batch, cutoffAt, closedAt }: ClosedBatch): Promise<void> {
    const { merchantId, currency, gross, refunds, disputed, fees, net, payments } = batch;
    await this.sql.query(
      `WITH account AS (
         UPDATE settlement_account SET last_closed_at = $10 WHERE merchant_id = $2 AND currency = $3
       )
       INSERT INTO batch (id, merchant_id, currency, gross, refunded, fee, net, payments, cutoff_at, closed_at, disputed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        uuidOf(id),
        uuidOf(merchantId),
        currency,
        gross.minor,
        refunds.minor,
        fees.minor,
        net.minor,
        payments.length,
        cutoffAt,
        closedAt,
        disputed.minor,
      ],
    );
  }

  /** Adds what the batch settles of each of its payments to what earlier ones did; in the order of the batch's payments. */
  async settlePayments({ merchantId, currency, payments }: Batch): Promise<SettledPayment[]> {
    const rows = await this.sql.query<{ payment_id: string; version: number; net: bigint; fee: bigint }>(
      `INSERT INTO settled_payment AS earlier (merchant_id, payment_id, version, net, fee)
       SELECT $1::uuid, payment_id, 1, net, fee
       FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS payment (payment_id, net, fee)
       ON CONFLICT ON CONSTRAINT settled_payment_pkey DO UPDATE
         SET version = earlier.version + 1, net = earlier.net + excluded.net, fee = earlier.fee + excluded.fee
       RETURNING payment_id, version, net, fee`,
      [
        uuidOf(merchantId),
        payments.map(({ paymentId }) => uuidOf(paymentId)),
        payments.map(({ net }) => net.minor),
        payments.map(({ fees }) => fees.minor),
      ],
    );
    invariant(rows.length === payments.length, `${rows.length} of ${payments.length} payments were settled`);
    return rows.map((row) => ({
      paymentId: idOf('pay', row.payment_id),
      version: row.version,
      net: money(row.net, currency),
      fee: money(row.fee, currency),
    }));
  }
}
