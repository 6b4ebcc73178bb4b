import { snapshotOf, termsOf } from '#contracts';
import { shardOf, uuidOf, type EventId, type Payment } from '#domain';
import { keyOf, storedTermsOf, violatedConstraint, type Sql } from '#persistence';
import type { KeyUse } from './idempotency-store.ts';

/** The key of a creation: the statement writes no other kind. */
export type CreationKey = KeyUse & { readonly operation: 'create_payment' };

export type IntakeResult = 'written' | 'key_used' | 'reference_taken' | 'attempt_raced';

/** A payment that asks to be written, as JSON says it; the names are the statement's. */
export interface IntakeRow {
  readonly merchant_id: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly id: string;
  readonly reference: string;
  readonly capture_method: string;
  readonly currency: string;
  /** As text: a bigint is more than a number of JSON. */
  readonly amount: string;
  readonly card_token: string;
  readonly terms: object;
  readonly metadata: object;
  readonly return_url: string | null;
  readonly created_at: string;
  readonly shard: number;
  readonly event_id: string;
  readonly payload: object;
}

/**
 * The acceptance of many payments in one statement, and so in one transaction and one round trip: of each the key, the
 * payment and its first event are there together or not at all.
 *
 * `judged` tells what the statement's snapshot knows of each; whether a key is used is a value and no EXISTS, which the planner
 * may turn into a hash of all keys that there are. Of those that may go on, the first of each key and then the first of each
 * reference is written; the others hear in the answer, which names only what was not written, why.
 *
 * Another transaction may be at the same keys and references. Its end is waited for, key by key in their order and then, when
 * all keys are there (that is what `array_agg` is for), reference by reference in theirs: who waits in one order for all
 * cannot wait in a circle. A key that it used is a used key; a reference that it took fails the statement.
 */
const acceptSql = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset($1) AS (merchant_id uuid, key text, fingerprint bytea, id uuid, reference text,
      capture_method text, currency text, amount bigint, card_token text, terms jsonb, metadata jsonb,
      return_url text, created_at timestamptz, shard smallint, event_id uuid, payload json)) WITH ORDINALITY
  ), judged AS MATERIALIZED (
    SELECT asked.*, earlier.*, coalesce((
        SELECT true FROM idempotency AS known WHERE known.merchant_id = asked.merchant_id
          AND known.operation = 'create_payment' AND known.key = asked.key
      ), false) AS key_used
    FROM asked CROSS JOIN LATERAL (
      SELECT coalesce(max(attempt_number), 0) AS attempts,
        coalesce(bool_or(state NOT IN ('declined', 'failed', 'voided', 'expired')), false) AS reference_live
      FROM payment WHERE payment.merchant_id = asked.merchant_id AND payment.reference = asked.reference
    ) AS earlier
  ), first_of_key AS (
    SELECT DISTINCT ON (merchant_id, key COLLATE "C") * FROM judged WHERE NOT key_used AND NOT reference_live
    ORDER BY merchant_id, key COLLATE "C", ordinality
  ), chosen AS MATERIALIZED (
    SELECT DISTINCT ON (merchant_id, reference COLLATE "C") * FROM first_of_key
    ORDER BY merchant_id, reference COLLATE "C", ordinality
  ), used_key AS (
    INSERT INTO idempotency (merchant_id, operation, key, fingerprint, payment_id, created_at)
    SELECT merchant_id, 'create_payment', key, fingerprint, id, created_at FROM chosen
    ORDER BY merchant_id, key COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING payment_id
  ), accepted AS (
    INSERT INTO payment (merchant_id, id, reference, attempt_number, state, version, capture_method, currency, amount,
      card_token, terms, metadata, return_url, created_at, updated_at)
    SELECT merchant_id, id, reference, attempts + 1, 'processing', 1, capture_method, currency, amount, card_token, terms,
      metadata, return_url, created_at, created_at
    FROM chosen WHERE id = ANY ((SELECT array_agg(payment_id) FROM used_key)::uuid[])
    ORDER BY merchant_id, reference COLLATE "C"
    RETURNING merchant_id, id, reference
  ), logged AS (
    INSERT INTO event (shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type,
      schema_version, payload, occurred_at)
    SELECT shard, event_id, merchant_id, 'payment', id, 1, 'payment.created', 1, payload, created_at
    FROM chosen WHERE id = ANY ((SELECT array_agg(id) FROM accepted)::uuid[])
    ORDER BY ordinality
  )
  SELECT id, CASE
      WHEN key_used OR EXISTS (
        SELECT FROM chosen WHERE chosen.merchant_id = judged.merchant_id AND chosen.key = judged.key) THEN 'key_used'
      WHEN reference_live OR EXISTS (
        SELECT FROM accepted WHERE accepted.merchant_id = judged.merchant_id AND accepted.reference = judged.reference
      ) THEN 'reference_taken'
      ELSE 'attempt_raced'
    END AS result
  FROM judged WHERE id <> ALL (coalesce((SELECT array_agg(id) FROM accepted), '{}'::uuid[]))`;

/** The row of a payment that nobody has seen yet. */
export function intakeRowOf(payment: Payment, metadata: object, use: CreationKey, eventId: EventId): IntakeRow {
  const [merchant, id] = keyOf(payment);
  const snapshot = snapshotOf(payment);
  return {
    merchant_id: merchant,
    key: use.key,
    fingerprint: String.raw`\x${use.fingerprint.toString('hex')}`,
    id,
    reference: payment.reference,
    capture_method: payment.captureMethod,
    currency: payment.amount.currency,
    amount: String(payment.amount.minor),
    card_token: payment.cardToken,
    terms: storedTermsOf(payment.terms),
    metadata,
    return_url: payment.returnUrl,
    created_at: snapshot.createdAt,
    shard: shardOf(payment.merchantId),
    event_id: uuidOf(eventId),
    payload: { payment: snapshot, cardToken: payment.cardToken, terms: termsOf(payment) },
  };
}

/**
 * Writes the rows together and tells of each what became of it, in their order. Throws when the statement failed: then nothing
 * of any row has been kept, or, when the connection was lost, that is unknown.
 */
export async function writeBatch(sql: Sql, rows: readonly IntakeRow[]): Promise<IntakeResult[]> {
  const left = await sql.query<{ id: string; result: IntakeResult }>(acceptSql, [JSON.stringify(rows)]);
  if (left.length === 0) return rows.map(() => 'written');
  const results = new Map(left.map(({ id, result }) => [id, result]));
  return rows.map(({ id }) => results.get(id) ?? 'written');
}

/** What it means for a payment that was written alone when somebody else was quicker; undefined for any other error. */
export function lostRaceOf(error: unknown): IntakeResult | undefined {
  switch (violatedConstraint(error)) {
    case 'payment_one_live_per_reference':
      return 'reference_taken';
    case 'payment_reference_attempt_unique':
      return 'attempt_raced';
    default:
      return undefined;
  }
}
