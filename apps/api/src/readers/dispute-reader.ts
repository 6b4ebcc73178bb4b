import { Inject, Injectable } from '@nestjs/common';
import {
  idOf,
  uuidOf,
  type CurrencyCode,
  type DisputeId,
  type DisputeStatus,
  type MerchantId,
  type Money,
  type PaymentId,
} from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';

export interface DisputeView {
  readonly id: DisputeId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly status: DisputeStatus;
  readonly reason: string;
  readonly evidenceDueAt: Date;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

interface DisputeRow {
  id: string;
  payment_id: string;
  amount: bigint;
  currency: CurrencyCode;
  status: DisputeStatus;
  reason: string;
  evidence_due_at: Date;
  opened_at: Date;
  closed_at: Date | null;
}

const disputeSql = `
  SELECT dispute.id, payment_id, dispute.amount, payment.currency, status, reason, evidence_due_at, opened_at, closed_at
  FROM dispute JOIN payment ON payment.merchant_id = dispute.merchant_id AND payment.id = dispute.payment_id`;

/** The disputes of payments; finds nothing of another merchant. */
@Injectable()
export class DisputeReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** The oldest of each payment first. */
  async disputes(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<DisputeView[]> {
    const rows = await this.sql.query<DisputeRow>(
      `${disputeSql} WHERE dispute.merchant_id = $1 AND payment_id = ANY($2::uuid[]) ORDER BY dispute.id`,
      [uuidOf(merchantId), paymentIds.map(uuidOf)],
    );
    return rows.map(disputeOf);
  }

  async dispute(merchantId: MerchantId, id: DisputeId): Promise<DisputeView | undefined> {
    const [row] = await this.sql.query<DisputeRow>(`${disputeSql} WHERE dispute.merchant_id = $1 AND dispute.id = $2`, [
      uuidOf(merchantId),
      uuidOf(id),
    ]);
    return row && disputeOf(row);
  }
}

function disputeOf(row: DisputeRow): DisputeView {
  return {
    id: idOf('dsp', row.id),
    paymentId: idOf('pay', row.payment_id),
    amount: { minor: row.amount, currency: row.currency },
    status: row.status,
    reason: row.reason,
    evidenceDueAt: row.evidence_due_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
  };
}
