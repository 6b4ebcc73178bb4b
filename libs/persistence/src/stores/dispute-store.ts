import {
  idOf,
  uuidOf,
  type CurrencyCode,
  type Dispute,
  type DisputeId,
  type DisputeOutcome,
  type DisputeStatus,
  type MerchantId,
  type Payment,
  type PaymentId,
} from '#domain';
import type { Sql } from '../sql.ts';
import { keyOf } from './payment-row.ts';

/** A dispute as its acquirer names it. */
export interface AcquirerDispute {
  readonly acquirer: string;
  readonly acquirerDispute: string;
}

/** A dispute and whose it is. */
export interface DisputeOfPayment {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly dispute: Dispute;
}

interface DisputeRow {
  merchant_id: string;
  payment_id: string;
  id: string;
  acquirer: string;
  acquirer_dispute: string;
  amount: bigint;
  currency: CurrencyCode;
  reason: string;
  status: DisputeStatus;
  evidence_due_at: Date;
  opened_at: Date;
  closed_at: Date | null;
}

/** The currency stands in the payment alone. */
const disputesSql = `
  SELECT dispute.merchant_id, payment_id, dispute.id, acquirer, acquirer_dispute, dispute.amount, currency, reason, status,
    evidence_due_at, opened_at, closed_at
  FROM dispute JOIN payment ON payment.merchant_id = dispute.merchant_id AND payment.id = dispute.payment_id`;

/** Disputes, and the evidence that merchants hand in. Written under the lock of their payment. */
export class DisputeStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async find(merchantId: MerchantId, id: DisputeId): Promise<DisputeOfPayment | undefined> {
    return this.one('dispute.merchant_id = $1 AND dispute.id = $2', uuidOf(merchantId), uuidOf(id));
  }

  /** Whoever's it is: acquirers name each dispute once. */
  async findAtAcquirer({ acquirer, acquirerDispute }: AcquirerDispute): Promise<DisputeOfPayment | undefined> {
    return this.one('acquirer = $1 AND acquirer_dispute = $2', acquirer, acquirerDispute);
  }

  async add(payment: Payment, dispute: Dispute): Promise<void> {
    await this.sql.query(
      `INSERT INTO dispute (merchant_id, payment_id, id, acquirer, acquirer_dispute, amount, reason, status,
         evidence_due_at, opened_at, closed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...keyOf(payment),
        uuidOf(dispute.id),
        dispute.acquirer,
        dispute.acquirerDispute,
        dispute.amount.minor,
        dispute.reason,
        dispute.status,
        dispute.evidenceDueAt,
        dispute.openedAt,
        dispute.closedAt,
      ],
    );
  }

  /** Evidence that is still on its way comes too late. */
  async close(payment: Payment, { id, status, closedAt }: Dispute): Promise<void> {
    await this.sql.query(
      `WITH closed AS (
         UPDATE dispute SET status = $4, closed_at = $5 WHERE merchant_id = $1 AND payment_id = $2 AND id = $3
       )
       UPDATE dispute_evidence SET ending = 'too_late', next_try_at = NULL
       WHERE merchant_id = $1 AND payment_id = $2 AND dispute_id = $3 AND ending IS NULL`,
      [...keyOf(payment), uuidOf(id), status, closedAt],
    );
  }

  /** Keeps the evidence to be handed to the acquirer. */
  async addEvidence(payment: Payment, { id, status }: Dispute, text: string, now: Date): Promise<void> {
    await this.sql.query(
      `WITH marked AS (UPDATE dispute SET status = $4 WHERE merchant_id = $1 AND payment_id = $2 AND id = $3)
       INSERT INTO dispute_evidence (merchant_id, payment_id, dispute_id, text, submitted_at, next_try_at)
       VALUES ($1, $2, $3, $5, $6, $6)`,
      [...keyOf(payment), uuidOf(id), status, text, now],
    );
  }

  /** How a dispute ended that we have not heard of yet. What was told first stands. */
  async keepEarlyOutcome(
    payment: Payment,
    { acquirer, acquirerDispute }: AcquirerDispute,
    outcome: DisputeOutcome,
    now: Date,
  ): Promise<void> {
    await this.sql.query(
      `INSERT INTO early_dispute_outcome (merchant_id, payment_id, acquirer, acquirer_dispute, outcome, told_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT early_dispute_outcome_pkey DO NOTHING`,
      [...keyOf(payment), acquirer, acquirerDispute, outcome, now],
    );
  }

  async earlyOutcome(
    payment: Payment,
    { acquirer, acquirerDispute }: AcquirerDispute,
  ): Promise<DisputeOutcome | undefined> {
    const [row] = await this.sql.query<{ outcome: DisputeOutcome }>(
      `SELECT outcome FROM early_dispute_outcome
       WHERE merchant_id = $1 AND payment_id = $2 AND acquirer = $3 AND acquirer_dispute = $4`,
      [...keyOf(payment), acquirer, acquirerDispute],
    );
    return row?.outcome;
  }

  private async one(condition: string, ...values: readonly [string, string]): Promise<DisputeOfPayment | undefined> {
    const [row] = await this.sql.query<DisputeRow>(`${disputesSql} WHERE ${condition}`, values);
    return row === undefined
      ? undefined
      : {
          merchantId: idOf('mer', row.merchant_id),
          paymentId: idOf('pay', row.payment_id),
          dispute: disputeOf(row),
        };
  }
}

function disputeOf(row: DisputeRow): Dispute {
  return {
    id: idOf('dsp', row.id),
    acquirer: row.acquirer,
    acquirerDispute: row.acquirer_dispute,
    amount: { minor: row.amount, currency: row.currency },
    reason: row.reason,
    status: row.status,
    evidenceDueAt: row.evidence_due_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
  };
}
