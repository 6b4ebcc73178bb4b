import { uuidOf, type Assessment, type MerchantId, type PaymentId, type RiskSignals } from '#domain';
import type { Sql } from '#persistence';

/** What was decided about a payment, and what was known when it was decided. */
export interface AssessedPayment {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly signals: RiskSignals;
  readonly assessment: Assessment;
  readonly assessedAt: Date;
}

export class AssessmentStore {
  constructor(private readonly sql: Sql) {}

  /** A payment is assessed once: a second assessment of it violates `assessment_pkey`. */
  async add(assessed: readonly AssessedPayment[]): Promise<void> {
    await this.sql.query(
      `INSERT INTO assessment (merchant_id, payment_id, amount, amount_limit, currency, card_payments, decision, score,
         reasons, rule_version, assessed_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
         $8::smallint[], $9::jsonb[], $10::integer[], $11::timestamptz[])`,
      [
        assessed.map(({ merchantId }) => uuidOf(merchantId)),
        assessed.map(({ paymentId }) => uuidOf(paymentId)),
        assessed.map(({ signals }) => signals.amount.minor),
        assessed.map(({ signals }) => signals.amountLimit.minor),
        assessed.map(({ signals }) => signals.amount.currency),
        assessed.map(({ signals }) => signals.cardPayments),
        assessed.map(({ assessment }) => assessment.decision),
        assessed.map(({ assessment }) => assessment.score),
        assessed.map(({ assessment }) => JSON.stringify(assessment.reasons)),
        assessed.map(({ assessment }) => assessment.ruleVersion),
        assessed.map(({ assessedAt }) => assessedAt),
      ],
    );
  }
}
