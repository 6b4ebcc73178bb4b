import { snapshotOf, termsOf } from '#contracts';
import { shardOf, uuidOf, type Ids, type Payment } from '#domain';
import { keyOf, storedTermsOf, violatedConstraint, type Sql } from '#persistence';
import { IdempotencyStore, type KeyUse } from './idempotency-store.ts';

export type IntakeResult = 'written' | 'key_used' | 'reference_taken' | 'attempt_raced';

/**
 * The whole acceptance of a payment in one statement, and so in one transaction and one round trip: the key, the payment
 * and its first event are there together or not at all. A key that is being used by another transaction is waited for.
 */
const acceptSql = `
  WITH used_key AS (
    INSERT INTO idempotency (merchant_id, operation, key, fingerprint, payment_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING payment_id
  ), accepted AS (
    INSERT INTO payment (merchant_id, id, reference, attempt_number, state, version, capture_method, currency, amount,
      card_token, terms, metadata, created_at, updated_at)
    SELECT $1, payment_id, $7, (
        SELECT coalesce(max(attempt_number), 0) + 1 FROM payment WHERE merchant_id = $1 AND reference = $7
      ), 'processing', 1, $8, $9, $10, $11, $12, $13, $6, $6
    FROM used_key RETURNING id
  ), logged AS (
    INSERT INTO event (shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type,
      schema_version, payload, occurred_at)
    SELECT $14, $15, $1, 'payment', id, 1, 'payment.created', 1, $16, $6 FROM accepted
  )
  SELECT id FROM accepted`;

/** Where new payments come in: each call is one statement and one transaction. */
export class PaymentIntake {
  /** The keys of payments that were created before, or refused. */
  readonly keys: IdempotencyStore;
  private readonly sql: Sql;
  private readonly ids: Ids;
  private readonly announce: () => void;

  /** `announce` tells the relay that there is an event. */
  constructor(sql: Sql, ids: Ids, announce: () => void) {
    this.keys = new IdempotencyStore(sql);
    this.sql = sql;
    this.ids = ids;
    this.announce = announce;
  }

  async accept(payment: Payment, metadata: object, use: KeyUse): Promise<IntakeResult> {
    const [merchant, id] = keyOf(payment);
    const payload = { payment: snapshotOf(payment), cardToken: payment.cardToken, terms: termsOf(payment) };
    try {
      const rows = await this.sql.query<object>(acceptSql, [
        merchant,
        use.operation,
        use.key,
        use.fingerprint,
        id,
        payment.createdAt,
        payment.reference,
        payment.captureMethod,
        payment.amount.currency,
        payment.amount.minor,
        payment.cardToken,
        JSON.stringify(storedTermsOf(payment.terms)),
        JSON.stringify(metadata),
        shardOf(payment.merchantId),
        uuidOf(this.ids.next('evt')),
        JSON.stringify(payload),
      ]);
      if (rows.length === 0) return 'key_used';
      this.announce();
      return 'written';
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (constraint === 'payment_one_live_per_reference') return 'reference_taken';
      if (constraint === 'payment_reference_attempt_unique') return 'attempt_raced';
      throw error;
    }
  }
}
