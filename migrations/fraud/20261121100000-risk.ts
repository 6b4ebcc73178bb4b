import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventBackboneV1 } from '../event-backbone.v1.ts';

/**
 * The schema of risk: how often each card was used in each second, what was decided about each payment, and the event
 * backbone.
 */
export class Risk20261121100000 implements MigrationInterface {
  name = 'Risk20261121100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...cardUses,
      ...assessments,
      ...eventBackboneV1('fraud', ['quittance_fraud']),
      ...grants,
    ]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: drop the schema instead.');
  }
}

const cardUses = [
  // A row per card and second, so that counting a window costs at most its seconds, however often the card is used.
  `CREATE TABLE fraud.card_use (
    card_token text NOT NULL,
    second timestamptz NOT NULL CONSTRAINT card_use_second_is_whole CHECK (second = date_trunc('second', second)),
    uses bigint NOT NULL CONSTRAINT card_use_happened CHECK (uses > 0),
    CONSTRAINT card_use_pkey PRIMARY KEY (card_token, second)
  ) WITH (fillfactor = 80)`,

  // A function, because each statement in it sees what was committed while the one before it waited for the locks: in one
  // plain statement the count would be as old as the moment the waiting began.
  `CREATE FUNCTION fraud.note_card_uses(payment_ids uuid[], card_tokens text[], times timestamptz[], window_length interval)
    RETURNS TABLE (payment_id uuid, uses_in_window bigint) LANGUAGE plpgsql VOLATILE AS $body$
    BEGIN
      IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'cards are counted at read committed, where what others did while we waited is seen, not at %',
          current_setting('transaction_isolation') USING ERRCODE = 'invalid_transaction_state';
      END IF;

      -- One lock per card, in one order for everybody: two payments of a card never count side by side, two batches never
      -- wait for each other in a circle, and different cards do not meet.
      PERFORM pg_advisory_xact_lock(cards.key)
      FROM (SELECT DISTINCT hashtextextended(token, 0) AS key FROM unnest(card_tokens) AS token ORDER BY key) AS cards;

      RETURN QUERY
      WITH fresh AS MATERIALIZED (
        SELECT uses.payment_id, uses.card_token, date_trunc('second', uses.used_at) AS second, uses.place
        FROM unnest(payment_ids, card_tokens, times) WITH ORDINALITY AS uses (payment_id, card_token, used_at, place)
      ), noted AS (
        INSERT INTO fraud.card_use AS card (card_token, second, uses)
        SELECT fresh.card_token, fresh.second, count(*) FROM fresh GROUP BY fresh.card_token, fresh.second
        ON CONFLICT ON CONSTRAINT card_use_pkey DO UPDATE SET uses = card.uses + excluded.uses
      ), before AS (
        SELECT card.card_token, card.second, (
          SELECT coalesce(sum(near.uses), 0)::bigint FROM fraud.card_use AS near
          WHERE near.card_token = card.card_token
            AND near.second > card.second - window_length AND near.second < card.second + window_length
        ) AS uses
        FROM (SELECT DISTINCT fresh.card_token, fresh.second FROM fresh) AS card
      )
      SELECT fresh.payment_id, before.uses + (
        SELECT count(*) FROM fresh AS beside
        WHERE beside.card_token = fresh.card_token AND beside.place <= fresh.place
          AND beside.second > fresh.second - window_length AND beside.second < fresh.second + window_length)
      FROM fresh JOIN before ON before.card_token = fresh.card_token AND before.second = fresh.second;
    END $body$`,
  `REVOKE ALL ON FUNCTION fraud.note_card_uses(uuid[], text[], timestamptz[], interval) FROM PUBLIC`,
];

const assessments = [
  `CREATE TABLE fraud.assessment (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount bigint NOT NULL,
    amount_limit bigint NOT NULL,
    currency char(3) NOT NULL,
    card_payments bigint NOT NULL CONSTRAINT assessment_counts_itself CHECK (card_payments >= 1),
    decision text NOT NULL
      CONSTRAINT assessment_decision_known CHECK (decision IN ('allow', 'review', 'challenge', 'block')),
    score smallint NOT NULL CONSTRAINT assessment_score_in_range CHECK (score BETWEEN 0 AND 100),
    reasons jsonb NOT NULL,
    rule_version integer NOT NULL,
    assessed_at timestamptz NOT NULL,
    CONSTRAINT assessment_pkey PRIMARY KEY (merchant_id, payment_id)
  )`,
];

const grants = [
  `GRANT SELECT, INSERT ON fraud.assessment TO quittance_fraud`,
  `GRANT SELECT, INSERT, UPDATE (uses), DELETE ON fraud.card_use TO quittance_fraud`,
  `GRANT EXECUTE ON FUNCTION fraud.note_card_uses(uuid[], text[], timestamptz[], interval) TO quittance_fraud`,
];
