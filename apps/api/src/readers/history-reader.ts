import { Inject, Injectable } from '@nestjs/common';
import { idOf, uuidOf, type MerchantId, type Payment, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';

/** An event of a payment as the log has it; `data` by the catalogue of payment events. */
export interface PastEvent {
  readonly paymentId: PaymentId;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
}

interface EventRow {
  aggregate_id: string;
  type: string;
  payload: string;
  occurred_at: Date;
}

/** What happened to payments, from the event log. */
@Injectable()
export class HistoryReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /**
   * Of many payments of one merchant at once, each in the order of its versions. Nothing happened to a payment before it
   * was created, so the log's partitions of earlier days are left alone.
   */
  async of(merchantId: MerchantId, payments: readonly Payment[]): Promise<PastEvent[]> {
    const earliestMs = Math.min(...payments.map((payment) => payment.createdAt.getTime()));
    const rows = await this.sql.query<EventRow>(
      `SELECT aggregate_id, type, payload, occurred_at FROM event
       WHERE merchant_id = $1 AND aggregate_id = ANY($2::uuid[]) AND aggregate_type = 'payment' AND occurred_at >= $3
       ORDER BY aggregate_id, aggregate_version`,
      [uuidOf(merchantId), payments.map((payment) => uuidOf(payment.id)), new Date(earliestMs)],
    );
    return rows.map((row) => ({
      paymentId: idOf('pay', row.aggregate_id),
      type: row.type,
      data: JSON.parse(row.payload) as Record<string, unknown>,
      occurredAt: row.occurred_at,
    }));
  }
}
