import {
  idOf,
  uuidOf,
  type Attempt,
  type AttemptId,
  type AttemptOperation,
  type AttemptState,
  type CurrencyCode,
  type MerchantId,
  type Payment,
  type PaymentId,
  type RouteRecord,
} from '#domain';
import { columnsOf } from '../columns.ts';
import type { Sql } from '../sql.ts';
import { keyOf } from './payment-row.ts';

interface AttemptRow {
  payment_id: string;
  number: number;
  id: string;
  operation: AttemptOperation;
  acquirer: string;
  amount: bigint;
  state: AttemptState;
  decline_code: string | null;
  acquirer_reference: string | null;
  answered_amount: bigint | null;
  routed_because: string;
  routing: RouteRecord | null;
  started_at: Date;
  finished_at: Date | null;
}

/** An attempt and whose it is. */
export interface AttemptOfPayment {
  readonly payment: Payment;
  readonly attempt: Attempt;
}

/** Attempts of payments at acquirers, numbered over all operations of a payment. */
export class AttemptStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** All attempts of these payments, each payment's in their order. Called under the payments' locks. */
  async of(payments: readonly Payment[]): Promise<ReadonlyMap<PaymentId, readonly Attempt[]>> {
    const attempts = new Map<PaymentId, Attempt[]>(payments.map((payment) => [payment.id, []]));
    if (payments.length === 0) return attempts;
    const currencies = new Map(payments.map((payment) => [payment.id, payment.amount.currency]));
    const rows = await this.sql.query<AttemptRow>(
      `SELECT payment_id, number, id, operation, acquirer, amount, state, decline_code, acquirer_reference,
         answered_amount, routed_because, routing, started_at, finished_at
       FROM attempt WHERE (merchant_id, payment_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
       ORDER BY number`,
      columnsOf(payments.map(keyOf)),
    );
    for (const row of rows) {
      const paymentId = idOf('pay', row.payment_id);
      const currency = currencies.get(paymentId);
      if (currency !== undefined) attempts.get(paymentId)?.push(attemptOf(row, currency));
    }
    return attempts;
  }

  /** Whose attempt it is; undefined for an id that we never gave. */
  async ownerOf(id: AttemptId): Promise<{ merchantId: MerchantId; paymentId: PaymentId } | undefined> {
    const [row] = await this.sql.query<{ merchant_id: string; payment_id: string }>(
      'SELECT merchant_id, payment_id FROM attempt WHERE id = $1',
      [uuidOf(id)],
    );
    return row && { merchantId: idOf('mer', row.merchant_id), paymentId: idOf('pay', row.payment_id) };
  }

  /** Whose authorization the acquirer knows by this reference. */
  async ownerOfAuthorization(
    acquirer: string,
    reference: string,
  ): Promise<{ merchantId: MerchantId; paymentId: PaymentId } | undefined> {
    const [row] = await this.sql.query<{ merchant_id: string; payment_id: string }>(
      `SELECT merchant_id, payment_id FROM attempt
       WHERE acquirer_reference = $1 AND acquirer = $2 AND operation = 'authorize'`,
      [reference, acquirer],
    );
    return row && { merchantId: idOf('mer', row.merchant_id), paymentId: idOf('pay', row.payment_id) };
  }

  async save(attempts: readonly AttemptOfPayment[]): Promise<void> {
    if (attempts.length === 0) return;
    await this.sql.query(
      `INSERT INTO attempt (merchant_id, payment_id, number, id, operation, acquirer, amount, state, decline_code,
         acquirer_reference, answered_amount, routed_because, routing, started_at, finished_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
         $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[], $13::jsonb[], $14::timestamptz[],
         $15::timestamptz[])
       ON CONFLICT (merchant_id, payment_id, number) DO UPDATE SET state = excluded.state,
         decline_code = excluded.decline_code, acquirer_reference = excluded.acquirer_reference,
         answered_amount = excluded.answered_amount, finished_at = excluded.finished_at`,
      columnsOf(
        attempts.map(({ payment, attempt }) => [
          ...keyOf(payment),
          attempt.number,
          uuidOf(attempt.id),
          attempt.operation,
          attempt.acquirer,
          attempt.amount.minor,
          attempt.state,
          attempt.declineCode,
          attempt.acquirerReference,
          attempt.answeredMinor,
          attempt.routedBecause,
          attempt.routing === null ? null : JSON.stringify(attempt.routing),
          attempt.startedAt,
          attempt.finishedAt,
        ]),
      ),
    );
  }
}

function attemptOf(row: AttemptRow, currency: CurrencyCode): Attempt {
  return {
    id: idOf('att', row.id),
    number: row.number,
    operation: row.operation,
    acquirer: row.acquirer,
    amount: { minor: row.amount, currency },
    state: row.state,
    declineCode: row.decline_code,
    acquirerReference: row.acquirer_reference,
    answeredMinor: row.answered_amount,
    routedBecause: row.routed_because,
    routing: row.routing,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
