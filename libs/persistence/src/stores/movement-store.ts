import { idOf, uuidOf, type CaptureId, type Payment, type RefundId } from '#domain';
import type { Sql } from '../sql.ts';
import { keyOf } from './payment-row.ts';

export type MovementStatus = 'pending' | 'succeeded' | 'failed';

export interface NewCapture {
  readonly id: CaptureId;
  readonly amountMinor: bigint;
  readonly final: boolean;
  readonly createdAt: Date;
}

/** A capture or refund as a saga needs it. `final` is always true of a refund. */
export interface Movement {
  /** `cap_…` or `ref_…`. */
  readonly id: string;
  readonly amountMinor: bigint;
  readonly final: boolean;
}

export interface NewRefund {
  readonly id: RefundId;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  readonly createdAt: Date;
}

/** Captures and refunds: each a row with an amount and what became of it. */
export class MovementStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async addCapture(payment: Payment, capture: NewCapture): Promise<void> {
    await this.sql.query(
      `INSERT INTO capture (merchant_id, payment_id, id, amount, final, status, created_at)
       VALUES ($1, $2, $3, $4, $5, 'pending', $6)`,
      [...keyOf(payment), uuidOf(capture.id), capture.amountMinor, capture.final, capture.createdAt],
    );
  }

  async addRefund(payment: Payment, refund: NewRefund): Promise<void> {
    await this.sql.query(
      `INSERT INTO refund (merchant_id, payment_id, id, amount, reason, status, created_at)
       VALUES ($1, $2, $3, $4, $5, 'pending', $6)`,
      [...keyOf(payment), uuidOf(refund.id), refund.amountMinor, refund.reason, refund.createdAt],
    );
  }

  async capture(payment: Payment, uuid: string): Promise<Movement | undefined> {
    const [row] = await this.sql.query<{ amount: bigint; final: boolean }>(
      'SELECT amount, final FROM capture WHERE merchant_id = $1 AND payment_id = $2 AND id = $3',
      [...keyOf(payment), uuid],
    );
    return row && { id: idOf('cap', uuid), amountMinor: row.amount, final: row.final };
  }

  async refund(payment: Payment, uuid: string): Promise<Movement | undefined> {
    const [row] = await this.sql.query<{ amount: bigint }>(
      'SELECT amount FROM refund WHERE merchant_id = $1 AND payment_id = $2 AND id = $3',
      [...keyOf(payment), uuid],
    );
    return row && { id: idOf('ref', uuid), amountMinor: row.amount, final: true };
  }

  async endCapture(payment: Payment, uuid: string, status: MovementStatus): Promise<void> {
    await this.sql.query('UPDATE capture SET status = $4 WHERE merchant_id = $1 AND payment_id = $2 AND id = $3', [
      ...keyOf(payment),
      uuid,
      status,
    ]);
  }

  async endRefund(payment: Payment, uuid: string, status: MovementStatus): Promise<void> {
    await this.sql.query('UPDATE refund SET status = $4 WHERE merchant_id = $1 AND payment_id = $2 AND id = $3', [
      ...keyOf(payment),
      uuid,
      status,
    ]);
  }
}
