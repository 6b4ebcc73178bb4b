import { Inject, Injectable } from '@nestjs/common';
import {
  idOf,
  uuidOf,
  type AttemptOperation,
  type AttemptState,
  type CaptureId,
  type CurrencyCode,
  type MerchantId,
  type Money,
  type PaymentId,
  type RefundId,
} from '#domain';
import type { MovementStatus, Sql } from '#persistence';
import { SQL } from '#runtime';

export interface CaptureView {
  readonly id: CaptureId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly status: MovementStatus;
  readonly final: boolean;
  readonly createdAt: Date;
}

export interface RefundView {
  readonly id: RefundId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly status: MovementStatus;
  readonly reason: string | null;
  readonly createdAt: Date;
}

export interface AttemptView {
  readonly paymentId: PaymentId;
  readonly number: number;
  readonly acquirer: string;
  readonly operation: AttemptOperation;
  readonly amount: Money;
  readonly state: AttemptState;
  readonly declineCode: string | null;
  readonly routedBecause: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

interface MovementRow {
  id: string;
  payment_id: string;
  currency: CurrencyCode;
  amount: bigint;
  status: MovementStatus;
  created_at: Date;
}

interface AttemptRow {
  payment_id: string;
  currency: CurrencyCode;
  number: number;
  acquirer: string;
  operation: AttemptOperation;
  amount: bigint;
  state: AttemptState;
  decline_code: string | null;
  routed_because: string;
  started_at: Date;
  finished_at: Date | null;
}

/** The currency stands in the payment alone; both keys begin with the merchant. */
const joinPayment = (table: string): string =>
  `JOIN payment ON payment.merchant_id = ${table}.merchant_id AND payment.id = ${table}.payment_id`;

const captureSql = `
  SELECT capture.id, payment_id, payment.currency, capture.amount, status, final, capture.created_at
  FROM capture ${joinPayment('capture')}`;

const refundSql = `
  SELECT refund.id, payment_id, payment.currency, refund.amount, status, reason, refund.created_at
  FROM refund ${joinPayment('refund')}`;

/** Captures, refunds and attempts, of many payments of one merchant at once, in the order in which they were made. */
@Injectable()
export class OperationReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  async captures(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<CaptureView[]> {
    const rows = await this.sql.query<MovementRow & { final: boolean }>(
      `${captureSql} WHERE capture.merchant_id = $1 AND payment_id = ANY($2::uuid[]) ORDER BY capture.id`,
      [uuidOf(merchantId), paymentIds.map(uuidOf)],
    );
    return rows.map(captureOf);
  }

  async capture(merchantId: MerchantId, id: CaptureId): Promise<CaptureView | undefined> {
    const [row] = await this.sql.query<MovementRow & { final: boolean }>(
      `${captureSql} WHERE capture.merchant_id = $1 AND capture.id = $2`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && captureOf(row);
  }

  async refunds(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<RefundView[]> {
    const rows = await this.sql.query<MovementRow & { reason: string | null }>(
      `${refundSql} WHERE refund.merchant_id = $1 AND payment_id = ANY($2::uuid[]) ORDER BY refund.id`,
      [uuidOf(merchantId), paymentIds.map(uuidOf)],
    );
    return rows.map(refundOf);
  }

  async refund(merchantId: MerchantId, id: RefundId): Promise<RefundView | undefined> {
    const [row] = await this.sql.query<MovementRow & { reason: string | null }>(
      `${refundSql} WHERE refund.merchant_id = $1 AND refund.id = $2`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && refundOf(row);
  }

  async attempts(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<AttemptView[]> {
    const rows = await this.sql.query<AttemptRow>(
      `SELECT payment_id, payment.currency, number, acquirer, operation, attempt.amount, attempt.state,
         attempt.decline_code, routed_because, started_at, finished_at
       FROM attempt ${joinPayment('attempt')}
       WHERE attempt.merchant_id = $1 AND payment_id = ANY($2::uuid[]) ORDER BY payment_id, number`,
      [uuidOf(merchantId), paymentIds.map(uuidOf)],
    );
    return rows.map(attemptOf);
  }
}

function captureOf(row: MovementRow & { final: boolean }): CaptureView {
  return { ...movementOf(row), id: idOf('cap', row.id), final: row.final };
}

function refundOf(row: MovementRow & { reason: string | null }): RefundView {
  return { ...movementOf(row), id: idOf('ref', row.id), reason: row.reason };
}

function movementOf(row: MovementRow): Omit<CaptureView, 'id' | 'final'> {
  return {
    paymentId: idOf('pay', row.payment_id),
    amount: { minor: row.amount, currency: row.currency },
    status: row.status,
    createdAt: row.created_at,
  };
}

function attemptOf(row: AttemptRow): AttemptView {
  return {
    paymentId: idOf('pay', row.payment_id),
    number: row.number,
    acquirer: row.acquirer,
    operation: row.operation,
    amount: { minor: row.amount, currency: row.currency },
    state: row.state,
    declineCode: row.decline_code,
    routedBecause: row.routed_because,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
