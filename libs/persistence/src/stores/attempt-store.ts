import { idOf, uuidOf, type Attempt, type AttemptOperation, type AttemptState, type Payment } from '#domain';
import type { Sql } from '../sql.ts';
import { keyOf } from './payment-row.ts';

interface AttemptRow {
  number: number;
  id: string;
  operation: AttemptOperation;
  acquirer: string;
  amount: bigint;
  state: AttemptState;
  decline_code: string | null;
  acquirer_reference: string | null;
  routed_because: string;
  started_at: Date;
  finished_at: Date | null;
}

/** Attempts of a payment at acquirers, numbered over all operations. */
export class AttemptStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** All attempts of the payment in their order. Called under the payment's lock. */
  async of(payment: Payment): Promise<Attempt[]> {
    const rows = await this.sql.query<AttemptRow>(
      `SELECT number, id, operation, acquirer, amount, state, decline_code, acquirer_reference, routed_because,
         started_at, finished_at
       FROM attempt WHERE merchant_id = $1 AND payment_id = $2 ORDER BY number`,
      keyOf(payment),
    );
    return rows.map((row) => ({
      id: idOf('att', row.id),
      number: row.number,
      operation: row.operation,
      acquirer: row.acquirer,
      amount: { minor: row.amount, currency: payment.amount.currency },
      state: row.state,
      declineCode: row.decline_code,
      acquirerReference: row.acquirer_reference,
      routedBecause: row.routed_because,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
    }));
  }

  async save(payment: Payment, attempt: Attempt): Promise<void> {
    await this.sql.query(
      `INSERT INTO attempt (merchant_id, payment_id, number, id, operation, acquirer, amount, state, decline_code,
         acquirer_reference, routed_because, started_at, finished_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (merchant_id, payment_id, number) DO UPDATE SET state = excluded.state,
         decline_code = excluded.decline_code, acquirer_reference = excluded.acquirer_reference,
         finished_at = excluded.finished_at`,
      [
        ...keyOf(payment),
        attempt.number,
        uuidOf(attempt.id),
        attempt.operation,
        attempt.acquirer,
        attempt.amount.minor,
        attempt.state,
        attempt.declineCode,
        attempt.acquirerReference,
        attempt.routedBecause,
        attempt.startedAt,
        attempt.finishedAt,
      ],
    );
  }
}
