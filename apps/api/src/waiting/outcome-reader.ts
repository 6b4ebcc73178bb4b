import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import type { MoneyOperation } from '../use-cases/answer.ts';

/** What a caller waits for. */
export interface AwaitedOutcome {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly operation: MoneyOperation;
  /** The capture, refund or increase, as a UUID. */
  readonly operationUuid: string | null;
}

/** Tells which of the awaited outcomes are known, all in one query. */
export class OutcomeReader {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async known<Awaited extends AwaitedOutcome>(awaited: readonly Awaited[]): Promise<Awaited[]> {
    const rows = await this.sql.query<{ position: bigint }>(
      `SELECT position FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) WITH ORDINALITY
         AS awaited (merchant_id, payment_id, operation, operation_id, position)
       JOIN payment ON payment.merchant_id = awaited.merchant_id AND payment.id = awaited.payment_id
       LEFT JOIN capture ON operation = 'capture_payment' AND capture.merchant_id = awaited.merchant_id
         AND capture.payment_id = awaited.payment_id AND capture.id = awaited.operation_id
       LEFT JOIN refund ON operation = 'refund_payment' AND refund.merchant_id = awaited.merchant_id
         AND refund.payment_id = awaited.payment_id AND refund.id = awaited.operation_id
       LEFT JOIN authorization_increase AS increase ON operation = 'increase_authorization'
         AND increase.merchant_id = awaited.merchant_id AND increase.payment_id = awaited.payment_id
         AND increase.id = awaited.operation_id
       WHERE CASE operation
         WHEN 'capture_payment' THEN capture.status <> 'pending'
         WHEN 'refund_payment' THEN refund.status <> 'pending'
         WHEN 'increase_authorization' THEN increase.status <> 'pending'
         WHEN 'void_payment' THEN payment.state <> 'voiding' AND payment.void_pending = 0
         WHEN 'submit_dispute_evidence' THEN true
         -- An automatic capture is part of the outcome that the creator waits for, and so is the end of a refused one's hold.
         ELSE payment.state <> 'processing'
           AND NOT (payment.capture_method = 'automatic' AND payment.state IN ('authorized', 'voiding'))
         END`,
      [
        awaited.map((one) => uuidOf(one.merchantId)),
        awaited.map((one) => uuidOf(one.paymentId)),
        awaited.map((one) => one.operation),
        awaited.map((one) => one.operationUuid),
      ],
    );
    return rows.flatMap((row) => awaited[Number(row.position) - 1] ?? []);
  }
}
