import { Inject, Injectable } from '@nestjs/common';
import {
  idOf,
  uuidOf,
  type AttemptOperation,
  type AttemptState,
  type CaptureId,
  type CurrencyCode,
  type IncreaseId,
  type MerchantId,
  type Money,
  type PaymentId,
  type RefundId,
  type RouteRecord,
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

export interface IncreaseView {
  readonly id: IncreaseId;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly status: MovementStatus;
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
  readonly routing: RouteRecord | null;
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
  routing: RouteRecord | null;
  started_at: Date;
  finished_at: Date | null;
}

/** The currency stands in the payment alone; both keys begin with the merchant. */
const joinPayment = (table: string): string =>
  `JOIN payment ON payment.merchant_id = ${table}.merchant_id AND payment.id = ${table}.payment_id`;

const captureSql = `
  SELECT capture.id, payment_id, payment.currency, capture.amount, status, final, capture.created_at
  FROM capture ${joinPayment('capture')}`;

const increaseSql = `
  SELECT increase.id, payment_id, payment.currency, increase.amount, status, increase.created_at
  FROM authorization_increase AS increase ${joinPayment('increase')}`;

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

  async increases(merchantId: MerchantId, paymentIds: readonly PaymentId[]): Promise<IncreaseView[]> {
    const rows = await this.sql.query<MovementRow>(
      `${increaseSql} WHERE increase.merchant_id = $1 AND payment_id = ANY($2::uuid[]) ORDER BY increase.id`,
      [uuidOf(merchantId), paymentIds.map(uuidOf)],
    );
    return rows.map(increaseOf);
  }

  async increase(merchantId: MerchantId, id: IncreaseId): Promise<IncreaseView | undefined> {
    const [row] = await this.sql.query<MovementRow>(
      `${increaseSql} WHERE increase.merchant_id = $1 AND increase.id = $2`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && increaseOf(row);
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
         attempt.decline_code, routed_because, routing, started_at, finished_at
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

function increaseOf(row: MovementRow): IncreaseView {
  return { id: idOf('inc', row.id), ...movementOf(row) };
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
    routing: row.routing,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
