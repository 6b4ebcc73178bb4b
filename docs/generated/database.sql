-- The database as the migrations leave it, read back from PostgreSQL by: npm run generate
-- For reading and for review. What is run are the migrations.

-- ──────────────────── payments ────────────────────

CREATE TABLE payments.acquirer_callback (
  acquirer text NOT NULL,
  id text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT acquirer_callback_pkey PRIMARY KEY (acquirer, id),
  CONSTRAINT acquirer_callback_id_length CHECK (length(id) >= 1 AND length(id) <= 255)
);

CREATE TABLE payments.acquirer_performance (
  segment text NOT NULL,
  acquirer text NOT NULL,
  successes double precision NOT NULL,
  failures double precision NOT NULL,
  recent_successes double precision NOT NULL,
  recent_failures double precision NOT NULL,
  observed_at timestamp with time zone NOT NULL,
  CONSTRAINT acquirer_performance_pkey PRIMARY KEY (segment, acquirer),
  CONSTRAINT acquirer_performance_not_negative CHECK (successes >= 0::double precision AND failures >= 0::double precision AND recent_successes >= 0::double precision AND recent_failures >= 0::double precision)
) WITH (fillfactor=50);

CREATE TABLE payments.api_key (
  id uuid NOT NULL,
  lookup text NOT NULL,
  merchant_id uuid NOT NULL,
  hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT api_key_pkey PRIMARY KEY (id),
  CONSTRAINT api_key_lookup_unique UNIQUE (lookup),
  CONSTRAINT api_key_of_merchant FOREIGN KEY (merchant_id) REFERENCES payments.merchant(id)
);

CREATE TABLE payments.attempt (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  number integer NOT NULL,
  id uuid NOT NULL,
  operation text NOT NULL,
  acquirer text NOT NULL,
  amount bigint NOT NULL,
  state text NOT NULL,
  decline_code text,
  acquirer_reference text,
  routed_because text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  routing jsonb,
  answered_amount bigint,
  CONSTRAINT attempt_pkey PRIMARY KEY (merchant_id, payment_id, number),
  CONSTRAINT attempt_id_unique UNIQUE (id),
  CONSTRAINT attempt_amount_positive CHECK (amount > 0),
  CONSTRAINT attempt_answered_amount_not_negative CHECK (answered_amount >= 0),
  CONSTRAINT attempt_operation_known CHECK (operation = ANY (ARRAY['authorize'::text, 'increase'::text, 'capture'::text, 'void'::text, 'refund'::text])),
  CONSTRAINT attempt_state_known CHECK (state = ANY (ARRAY['submitted'::text, 'action_required'::text, 'outcome_unknown'::text, 'approved'::text, 'declined'::text, 'not_sent'::text, 'approved_late'::text]))
) WITH (fillfactor=80);
CREATE INDEX attempt_by_acquirer_reference ON payments.attempt USING btree (acquirer_reference, acquirer) WHERE ((acquirer_reference IS NOT NULL) AND (operation = 'authorize'::text));

CREATE TABLE payments.authorization_increase (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  amount bigint NOT NULL,
  status text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT authorization_increase_pkey PRIMARY KEY (merchant_id, payment_id, id),
  CONSTRAINT increase_amount_positive CHECK (amount > 0),
  CONSTRAINT increase_status_known CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))
);
CREATE UNIQUE INDEX authorization_increase_by_id ON payments.authorization_increase USING btree (merchant_id, id);

CREATE TABLE payments.breaker_override (
  acquirer text NOT NULL,
  operation text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  opened_because text NOT NULL,
  closed_at timestamp with time zone,
  closed_because text,
  CONSTRAINT breaker_override_pkey PRIMARY KEY (acquirer, operation, opened_at),
  CONSTRAINT breaker_override_acquirer_length CHECK (length(acquirer) >= 1 AND length(acquirer) <= 100),
  CONSTRAINT breaker_override_closed_because_length CHECK (length(closed_because) >= 1 AND length(closed_because) <= 500),
  CONSTRAINT breaker_override_closed_with_reason CHECK ((closed_at IS NULL) = (closed_because IS NULL)),
  CONSTRAINT breaker_override_opened_because_length CHECK (length(opened_because) >= 1 AND length(opened_because) <= 500),
  CONSTRAINT breaker_override_operation_known CHECK (operation = ANY (ARRAY['authorize'::text, 'increase'::text, 'capture'::text, 'void'::text, 'refund'::text, 'find'::text, 'evidence'::text]))
);
CREATE UNIQUE INDEX breaker_override_one_at_a_time ON payments.breaker_override USING btree (acquirer, operation) WHERE (closed_at IS NULL);

CREATE TABLE payments.capture (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  amount bigint NOT NULL,
  final boolean NOT NULL,
  status text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT capture_pkey PRIMARY KEY (merchant_id, payment_id, id),
  CONSTRAINT capture_amount_positive CHECK (amount > 0),
  CONSTRAINT capture_status_known CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))
);
CREATE UNIQUE INDEX capture_by_id ON payments.capture USING btree (merchant_id, id);

CREATE TABLE payments.dead_letter (
  id uuid NOT NULL,
  consumer text NOT NULL,
  event_id uuid,
  subject text NOT NULL,
  payload text NOT NULL,
  error text NOT NULL,
  deliveries integer NOT NULL,
  parked_at timestamp with time zone NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id)
);
CREATE INDEX dead_letter_by_time ON payments.dead_letter USING btree (parked_at DESC);

CREATE TABLE payments.dispute (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  acquirer text NOT NULL,
  acquirer_dispute text NOT NULL,
  amount bigint NOT NULL,
  reason text NOT NULL,
  status text NOT NULL,
  evidence_due_at timestamp with time zone NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  CONSTRAINT dispute_pkey PRIMARY KEY (merchant_id, payment_id, id),
  CONSTRAINT dispute_of_acquirer_unique UNIQUE (acquirer, acquirer_dispute),
  CONSTRAINT dispute_amount_positive CHECK (amount > 0),
  CONSTRAINT dispute_closed_with_its_outcome CHECK ((closed_at IS NOT NULL) = (status = ANY (ARRAY['won'::text, 'lost'::text]))),
  CONSTRAINT dispute_status_known CHECK (status = ANY (ARRAY['opened'::text, 'evidence_submitted'::text, 'won'::text, 'lost'::text]))
);
CREATE UNIQUE INDEX dispute_by_id ON payments.dispute USING btree (merchant_id, id);

CREATE TABLE payments.dispute_evidence (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  dispute_id uuid NOT NULL,
  text text NOT NULL,
  submitted_at timestamp with time zone NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  next_try_at timestamp with time zone,
  ending text,
  refused_because text,
  CONSTRAINT dispute_evidence_pkey PRIMARY KEY (merchant_id, payment_id, dispute_id),
  CONSTRAINT dispute_evidence_ending_known CHECK (ending = ANY (ARRAY['accepted'::text, 'refused'::text, 'too_late'::text])),
  CONSTRAINT dispute_evidence_not_empty CHECK (length(text) >= 1),
  CONSTRAINT dispute_evidence_tried_until_its_end CHECK ((next_try_at IS NULL) = (ending IS NOT NULL))
);
CREATE INDEX dispute_evidence_due ON payments.dispute_evidence USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);

CREATE TABLE payments.early_dispute_outcome (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  acquirer text NOT NULL,
  acquirer_dispute text NOT NULL,
  outcome text NOT NULL,
  told_at timestamp with time zone NOT NULL,
  CONSTRAINT early_dispute_outcome_pkey PRIMARY KEY (merchant_id, payment_id, acquirer, acquirer_dispute),
  CONSTRAINT early_dispute_outcome_known CHECK (outcome = ANY (ARRAY['won'::text, 'lost'::text]))
);
COMMENT ON TABLE payments.early_dispute_outcome IS 'told before the dispute was: it is closed with this as soon as it is opened';

CREATE TABLE payments.event (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  shard smallint NOT NULL,
  event_id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  payload text NOT NULL,
  trace text,
  occurred_at timestamp with time zone NOT NULL,
  CONSTRAINT event_shard_in_range CHECK (shard >= 0 AND shard <= 63),
  CONSTRAINT event_version_positive CHECK (aggregate_version >= 1)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX event_by_aggregate ON ONLY payments.event USING btree (aggregate_id, aggregate_version);
CREATE INDEX event_by_seq ON ONLY payments.event USING btree (seq);
CREATE INDEX event_by_xid ON ONLY payments.event USING btree (xid);

CREATE TABLE payments.event_out_of_range PARTITION OF payments.event DEFAULT;

CREATE TABLE payments.idempotency (
  merchant_id uuid NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  payment_id uuid,
  operation_id uuid,
  refusal jsonb,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_pkey PRIMARY KEY (merchant_id, operation, key),
  CONSTRAINT idempotency_effect_or_refusal CHECK ((payment_id IS NULL) <> (refusal IS NULL)),
  CONSTRAINT idempotency_key_length CHECK (length(key) >= 1 AND length(key) <= 255)
);
CREATE INDEX idempotency_by_time ON payments.idempotency USING brin (created_at);

CREATE TABLE payments.inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE payments.merchant (
  id uuid NOT NULL,
  name text NOT NULL,
  fee_basis_points integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  patience_ms integer DEFAULT 60000 NOT NULL,
  CONSTRAINT merchant_pkey PRIMARY KEY (id),
  CONSTRAINT merchant_fee_in_range CHECK (fee_basis_points >= 0 AND fee_basis_points <= 10000),
  CONSTRAINT merchant_name_not_empty CHECK (length(name) >= 1 AND length(name) <= 200),
  CONSTRAINT merchant_patience_in_range CHECK (patience_ms >= 0 AND patience_ms <= 3600000)
);

CREATE TABLE payments.merchant_currency (
  merchant_id uuid NOT NULL,
  currency character(3) NOT NULL,
  fee_fixed bigint NOT NULL,
  risk_limit bigint NOT NULL,
  risk_floor bigint NOT NULL,
  CONSTRAINT merchant_currency_pkey PRIMARY KEY (merchant_id, currency),
  CONSTRAINT merchant_currency_of_merchant FOREIGN KEY (merchant_id) REFERENCES payments.merchant(id),
  CONSTRAINT merchant_currency_fee_not_negative CHECK (fee_fixed >= 0),
  CONSTRAINT merchant_currency_floor_not_negative CHECK (risk_floor >= 0),
  CONSTRAINT merchant_currency_limit_not_negative CHECK (risk_limit >= 0)
);

CREATE TABLE payments.migration (
  id integer DEFAULT nextval('payments.migration_id_seq'::regclass) NOT NULL,
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id)
);

CREATE TABLE payments.payment (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  reference text NOT NULL,
  attempt_number integer NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  capture_method text NOT NULL,
  currency character(3) NOT NULL,
  amount bigint NOT NULL,
  authorized bigint DEFAULT 0 NOT NULL,
  capture_pending bigint DEFAULT 0 NOT NULL,
  captured bigint DEFAULT 0 NOT NULL,
  refund_pending bigint DEFAULT 0 NOT NULL,
  refunded bigint DEFAULT 0 NOT NULL,
  voided bigint DEFAULT 0 NOT NULL,
  disputed bigint DEFAULT 0 NOT NULL,
  card_token text NOT NULL,
  decline_code text,
  decline_message text,
  decline_retryable boolean,
  decline_source text,
  terms jsonb NOT NULL,
  metadata jsonb NOT NULL,
  risk_decision text,
  risk_score smallint,
  risk_reasons jsonb,
  risk_decided_by text,
  risk_assessed_at timestamp with time zone,
  settlement_batch_id uuid,
  settlement_net bigint,
  settlement_fee bigint,
  settled_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  void_pending bigint DEFAULT 0 NOT NULL,
  return_url text,
  redirect_url text,
  authorization_expires_at timestamp with time zone,
  charged_back bigint DEFAULT 0 NOT NULL,
  increase_pending bigint DEFAULT 0 NOT NULL,
  CONSTRAINT payment_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT payment_reference_attempt_unique UNIQUE (merchant_id, reference, attempt_number),
  CONSTRAINT payment_amount_in_range CHECK (amount >= 1 AND amount <= '9007199254740991'::bigint),
  CONSTRAINT payment_amounts_not_negative CHECK (authorized >= 0 AND capture_pending >= 0 AND captured >= 0 AND refund_pending >= 0 AND refunded >= 0 AND voided >= 0 AND disputed >= 0),
  CONSTRAINT payment_authorized_within_amount CHECK (authorized <= amount),
  CONSTRAINT payment_capture_method_known CHECK (capture_method = ANY (ARRAY['automatic'::text, 'manual'::text])),
  CONSTRAINT payment_captured_within_authorized CHECK ((capture_pending + captured + void_pending + voided) <= authorized),
  CONSTRAINT payment_charged_back_not_negative CHECK (charged_back >= 0),
  CONSTRAINT payment_disputed_within_authorized CHECK ((disputed + charged_back) <= authorized),
  CONSTRAINT payment_increase_pending_not_negative CHECK (increase_pending >= 0),
  CONSTRAINT payment_refunded_within_captured CHECK ((refund_pending + refunded) <= captured),
  CONSTRAINT payment_state_known CHECK (state = ANY (ARRAY['processing'::text, 'requires_action'::text, 'in_review'::text, 'authorized'::text, 'voiding'::text, 'partially_captured'::text, 'captured'::text, 'partially_refunded'::text, 'refunded'::text, 'voided'::text, 'expired'::text, 'declined'::text, 'failed'::text])),
  CONSTRAINT payment_void_pending_not_negative CHECK (void_pending >= 0)
) WITH (fillfactor=70);
CREATE UNIQUE INDEX payment_one_live_per_reference ON payments.payment USING btree (merchant_id, reference) WHERE (state <> ALL (ARRAY['declined'::text, 'failed'::text, 'voided'::text, 'expired'::text]));
COMMENT ON COLUMN payments.payment.disputed IS 'of disputes that are open; no refund is accepted meanwhile';
COMMENT ON COLUMN payments.payment.charged_back IS 'of disputes that were lost';
COMMENT ON COLUMN payments.payment.increase_pending IS 'asked of the acquirer; meanwhile nobody captures or voids';

CREATE TABLE payments.refund (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  amount bigint NOT NULL,
  reason text,
  status text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT refund_pkey PRIMARY KEY (merchant_id, payment_id, id),
  CONSTRAINT refund_amount_positive CHECK (amount > 0),
  CONSTRAINT refund_status_known CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))
);
CREATE UNIQUE INDEX refund_by_id ON payments.refund USING btree (merchant_id, id);

CREATE TABLE payments.relay_cursor (
  lane integer NOT NULL,
  owner text,
  lease_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  published pg_snapshot DEFAULT '3:3:'::pg_snapshot NOT NULL,
  publishing pg_snapshot,
  after_seq bigint DEFAULT 0 NOT NULL,
  stream_created timestamp with time zone,
  stream_seq bigint DEFAULT 0 NOT NULL,
  CONSTRAINT relay_cursor_pkey PRIMARY KEY (lane)
);
COMMENT ON COLUMN payments.relay_cursor.published IS 'every event visible in this snapshot is on the stream';
COMMENT ON COLUMN payments.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq';

CREATE TABLE payments.routing_configuration (
  merchant_id uuid NOT NULL,
  version integer NOT NULL,
  configuration jsonb NOT NULL,
  saved_at timestamp with time zone NOT NULL,
  saved_by text NOT NULL,
  CONSTRAINT routing_configuration_pkey PRIMARY KEY (merchant_id, version),
  CONSTRAINT routing_configuration_of_merchant FOREIGN KEY (merchant_id) REFERENCES payments.merchant(id),
  CONSTRAINT routing_configuration_version_from_1 CHECK (version >= 1)
);

CREATE TABLE payments.saga (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  step text NOT NULL,
  definition_version smallint NOT NULL,
  capture_method text NOT NULL,
  operation_id uuid,
  attempt_id uuid,
  tries integer NOT NULL,
  checks integer NOT NULL,
  next_action text,
  next_run_at timestamp with time zone,
  lease_owner text,
  epoch integer DEFAULT 0 NOT NULL,
  waiting_for text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  soft_retries integer DEFAULT 0 NOT NULL,
  stuck_at text,
  step_since timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT saga_pkey PRIMARY KEY (merchant_id, payment_id, id),
  CONSTRAINT saga_action_has_time CHECK ((next_action IS NULL) = (next_run_at IS NULL)),
  CONSTRAINT saga_action_known CHECK (next_action = ANY (ARRAY['decide_without_risk'::text, 'attempt'::text, 'check'::text, 'expire'::text])),
  CONSTRAINT saga_kind_known CHECK (kind = ANY (ARRAY['charge'::text, 'capture'::text, 'void'::text, 'refund'::text, 'increase'::text, 'reversal'::text]))
) WITH (fillfactor=70);
CREATE INDEX saga_due ON payments.saga USING btree (next_run_at) WHERE (next_run_at IS NOT NULL);
CREATE INDEX saga_waiting ON payments.saga USING btree (step_since) WHERE ((step = 'needs_person'::text) OR ((next_run_at IS NOT NULL) AND ((next_action = 'attempt'::text) OR (checks > 0))));

CREATE OR REPLACE FUNCTION payments.keep_event_partitions(days_ahead integer, days_kept integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET lock_timeout TO '1s'
AS $function$
      DECLARE
        monday date;
        old record;
        unpublished boolean;
      BEGIN
        -- Several processes may keep house at once; the first does the work, the others wait for nothing.
        IF NOT pg_try_advisory_xact_lock(hashtext('payments.keep_event_partitions')) THEN RETURN; END IF;
        FOR monday IN SELECT generate_series(date_trunc('week', current_date - 1), current_date + days_ahead, '1 week') LOOP
          IF to_regclass(format('payments.event_%s', to_char(monday, 'YYYYMMDD'))) IS NULL THEN
            BEGIN
              EXECUTE format('CREATE TABLE payments.event_%s PARTITION OF payments.event FOR VALUES FROM (%L) TO (%L)',
                to_char(monday, 'YYYYMMDD'), monday::timestamp AT TIME ZONE 'UTC', (monday + 7)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
              -- Events of this week have gone to the default partition, because nobody kept house in time; so do the rest.
              RAISE WARNING '% has no partition of its own for the week of %', 'payments.event', monday;
            END;
          END IF;
        END LOOP;
        FOR old IN
          SELECT relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid
          WHERE inhparent = 'payments.event'::regclass AND relname ~ '^event_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') + 7 <= current_date - days_kept
        LOOP
          EXECUTE format('SELECT EXISTS (SELECT FROM payments.%I e
            WHERE NOT EXISTS (SELECT FROM payments.relay_cursor)
              OR EXISTS (SELECT FROM payments.relay_cursor c WHERE NOT pg_visible_in_snapshot(e.xid, c.published)))',
            old.relname) INTO unpublished;
          IF NOT unpublished THEN EXECUTE format('DROP TABLE payments.%I', old.relname); END IF;
        END LOOP;
      END $function$;

GRANT USAGE ON SCHEMA payments TO quittance_api, quittance_orchestrator;
GRANT SELECT, INSERT ON payments.acquirer_callback TO quittance_orchestrator;
GRANT SELECT ON payments.acquirer_performance TO quittance_api;
GRANT SELECT, INSERT, UPDATE ON payments.acquirer_performance TO quittance_orchestrator;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON payments.api_key TO quittance_api;
GRANT SELECT ON payments.attempt TO quittance_api;
GRANT SELECT, INSERT, UPDATE (acquirer_reference, answered_amount, decline_code, finished_at, state) ON payments.attempt TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.authorization_increase TO quittance_api;
GRANT SELECT, UPDATE (status) ON payments.authorization_increase TO quittance_orchestrator;
GRANT SELECT ON payments.breaker_override TO quittance_orchestrator;
GRANT SELECT, INSERT, UPDATE (closed_at, closed_because) ON payments.breaker_override TO quittance_api;
GRANT SELECT, INSERT ON payments.capture TO quittance_api;
GRANT SELECT, INSERT, UPDATE (status) ON payments.capture TO quittance_orchestrator;
GRANT SELECT, INSERT, UPDATE (replayed_at) ON payments.dead_letter TO quittance_orchestrator;
GRANT SELECT, INSERT, UPDATE (closed_at, status) ON payments.dispute TO quittance_orchestrator;
GRANT SELECT, UPDATE (status) ON payments.dispute TO quittance_api;
GRANT INSERT (dispute_id, merchant_id, next_try_at, payment_id, submitted_at, text) ON payments.dispute_evidence TO quittance_api;
GRANT SELECT, UPDATE (ending, next_try_at, refused_because, tries) ON payments.dispute_evidence TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.early_dispute_outcome TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.event TO quittance_api, quittance_orchestrator;
GRANT SELECT, INSERT, DELETE ON payments.idempotency TO quittance_api;
GRANT SELECT, INSERT, DELETE ON payments.inbox TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.merchant TO quittance_api;
GRANT SELECT, INSERT ON payments.merchant_currency TO quittance_api;
GRANT SELECT, INSERT, UPDATE (authorization_expires_at, authorized, capture_pending, captured, charged_back, decline_code, decline_message, decline_retryable, decline_source, disputed, increase_pending, redirect_url, refund_pending, refunded, risk_assessed_at, risk_decided_by, risk_decision, risk_reasons, risk_score, state, updated_at, version, void_pending, voided) ON payments.payment TO quittance_api;
GRANT SELECT, UPDATE (amount, authorization_expires_at, authorized, capture_pending, captured, charged_back, decline_code, decline_message, decline_retryable, decline_source, disputed, increase_pending, redirect_url, refund_pending, refunded, risk_assessed_at, risk_decided_by, risk_decision, risk_reasons, risk_score, settled_at, settlement_batch_id, settlement_fee, settlement_net, state, updated_at, version, void_pending, voided) ON payments.payment TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.refund TO quittance_api;
GRANT SELECT, UPDATE (status) ON payments.refund TO quittance_orchestrator;
GRANT SELECT (after_seq, lane, published, publishing, stream_created) ON payments.relay_cursor TO quittance_api;
GRANT SELECT, INSERT, UPDATE ON payments.relay_cursor TO quittance_orchestrator;
GRANT SELECT ON payments.routing_configuration TO quittance_orchestrator;
GRANT SELECT, INSERT ON payments.routing_configuration TO quittance_api;
GRANT SELECT ON payments.saga TO quittance_api;
GRANT SELECT, INSERT, UPDATE ON payments.saga TO quittance_orchestrator;
GRANT EXECUTE ON FUNCTION payments.keep_event_partitions(integer,integer) TO quittance_orchestrator;

-- ──────────────────── fraud ────────────────────

CREATE TABLE fraud.assessment (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  amount bigint NOT NULL,
  amount_limit bigint NOT NULL,
  currency character(3) NOT NULL,
  card_payments bigint NOT NULL,
  decision text NOT NULL,
  score smallint NOT NULL,
  reasons jsonb NOT NULL,
  rule_version integer NOT NULL,
  assessed_at timestamp with time zone NOT NULL,
  CONSTRAINT assessment_pkey PRIMARY KEY (merchant_id, payment_id),
  CONSTRAINT assessment_counts_itself CHECK (card_payments >= 1),
  CONSTRAINT assessment_decision_known CHECK (decision = ANY (ARRAY['allow'::text, 'review'::text, 'challenge'::text, 'block'::text])),
  CONSTRAINT assessment_score_in_range CHECK (score >= 0 AND score <= 100)
);

CREATE TABLE fraud.card_use (
  card_token text NOT NULL,
  second timestamp with time zone NOT NULL,
  uses bigint NOT NULL,
  CONSTRAINT card_use_pkey PRIMARY KEY (card_token, second),
  CONSTRAINT card_use_happened CHECK (uses > 0),
  CONSTRAINT card_use_second_is_whole CHECK (second = date_trunc('second'::text, second))
) WITH (fillfactor=80);

CREATE TABLE fraud.dead_letter (
  id uuid NOT NULL,
  consumer text NOT NULL,
  event_id uuid,
  subject text NOT NULL,
  payload text NOT NULL,
  error text NOT NULL,
  deliveries integer NOT NULL,
  parked_at timestamp with time zone NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id)
);
CREATE INDEX dead_letter_by_time ON fraud.dead_letter USING btree (parked_at DESC);

CREATE TABLE fraud.event (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  shard smallint NOT NULL,
  event_id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  payload text NOT NULL,
  trace text,
  occurred_at timestamp with time zone NOT NULL,
  CONSTRAINT event_shard_in_range CHECK (shard >= 0 AND shard <= 63),
  CONSTRAINT event_version_positive CHECK (aggregate_version >= 1)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX event_by_aggregate ON ONLY fraud.event USING btree (aggregate_id, aggregate_version);
CREATE INDEX event_by_seq ON ONLY fraud.event USING btree (seq);
CREATE INDEX event_by_xid ON ONLY fraud.event USING btree (xid);

CREATE TABLE fraud.event_out_of_range PARTITION OF fraud.event DEFAULT;

CREATE TABLE fraud.inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE fraud.migration (
  id integer DEFAULT nextval('fraud.migration_id_seq'::regclass) NOT NULL,
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id)
);

CREATE TABLE fraud.relay_cursor (
  lane integer NOT NULL,
  owner text,
  lease_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  published pg_snapshot DEFAULT '3:3:'::pg_snapshot NOT NULL,
  publishing pg_snapshot,
  after_seq bigint DEFAULT 0 NOT NULL,
  stream_created timestamp with time zone,
  stream_seq bigint DEFAULT 0 NOT NULL,
  CONSTRAINT relay_cursor_pkey PRIMARY KEY (lane)
);
COMMENT ON COLUMN fraud.relay_cursor.published IS 'every event visible in this snapshot is on the stream';
COMMENT ON COLUMN fraud.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq';

CREATE OR REPLACE FUNCTION fraud.keep_event_partitions(days_ahead integer, days_kept integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET lock_timeout TO '1s'
AS $function$
      DECLARE
        monday date;
        old record;
        unpublished boolean;
      BEGIN
        -- Several processes may keep house at once; the first does the work, the others wait for nothing.
        IF NOT pg_try_advisory_xact_lock(hashtext('fraud.keep_event_partitions')) THEN RETURN; END IF;
        FOR monday IN SELECT generate_series(date_trunc('week', current_date - 1), current_date + days_ahead, '1 week') LOOP
          IF to_regclass(format('fraud.event_%s', to_char(monday, 'YYYYMMDD'))) IS NULL THEN
            BEGIN
              EXECUTE format('CREATE TABLE fraud.event_%s PARTITION OF fraud.event FOR VALUES FROM (%L) TO (%L)',
                to_char(monday, 'YYYYMMDD'), monday::timestamp AT TIME ZONE 'UTC', (monday + 7)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
              -- Events of this week have gone to the default partition, because nobody kept house in time; so do the rest.
              RAISE WARNING '% has no partition of its own for the week of %', 'fraud.event', monday;
            END;
          END IF;
        END LOOP;
        FOR old IN
          SELECT relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid
          WHERE inhparent = 'fraud.event'::regclass AND relname ~ '^event_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') + 7 <= current_date - days_kept
        LOOP
          EXECUTE format('SELECT EXISTS (SELECT FROM fraud.%I e
            WHERE NOT EXISTS (SELECT FROM fraud.relay_cursor)
              OR EXISTS (SELECT FROM fraud.relay_cursor c WHERE NOT pg_visible_in_snapshot(e.xid, c.published)))',
            old.relname) INTO unpublished;
          IF NOT unpublished THEN EXECUTE format('DROP TABLE fraud.%I', old.relname); END IF;
        END LOOP;
      END $function$;

CREATE OR REPLACE FUNCTION fraud.note_card_uses(payment_ids uuid[], card_tokens text[], times timestamp with time zone[], window_length interval)
 RETURNS TABLE(payment_id uuid, uses_in_window bigint)
 LANGUAGE plpgsql
AS $function$
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
    END $function$;

GRANT USAGE ON SCHEMA fraud TO quittance_fraud;
GRANT SELECT, INSERT ON fraud.assessment TO quittance_fraud;
GRANT SELECT, INSERT, UPDATE (uses), DELETE ON fraud.card_use TO quittance_fraud;
GRANT SELECT, INSERT, UPDATE (replayed_at) ON fraud.dead_letter TO quittance_fraud;
GRANT SELECT, INSERT ON fraud.event TO quittance_fraud;
GRANT SELECT, INSERT, DELETE ON fraud.inbox TO quittance_fraud;
GRANT SELECT, INSERT, UPDATE ON fraud.relay_cursor TO quittance_fraud;
GRANT EXECUTE ON FUNCTION fraud.keep_event_partitions(integer,integer) TO quittance_fraud;
GRANT EXECUTE ON FUNCTION fraud.note_card_uses(uuid[],text[],timestamp with time zone[],interval) TO quittance_fraud;

-- ──────────────────── books ────────────────────

CREATE TABLE books.batch (
  id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  currency character(3) NOT NULL,
  gross bigint NOT NULL,
  refunded bigint NOT NULL,
  fee bigint NOT NULL,
  net bigint NOT NULL,
  payments integer NOT NULL,
  cutoff_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone NOT NULL,
  disputed bigint DEFAULT 0 NOT NULL,
  CONSTRAINT batch_pkey PRIMARY KEY (id),
  CONSTRAINT batch_fee_within_gross CHECK (fee >= 0 AND fee <= gross),
  CONSTRAINT batch_gross_not_negative CHECK (gross >= 0),
  CONSTRAINT batch_net_is_the_rest CHECK (net = (gross - fee - refunded - disputed)),
  CONSTRAINT batch_not_empty CHECK (payments >= 1),
  CONSTRAINT batch_refunded_not_negative CHECK (refunded >= 0)
);
COMMENT ON COLUMN books.batch.disputed IS 'held back for disputes, less what those that were won gave free';

CREATE TABLE books.dead_letter (
  id uuid NOT NULL,
  consumer text NOT NULL,
  event_id uuid,
  subject text NOT NULL,
  payload text NOT NULL,
  error text NOT NULL,
  deliveries integer NOT NULL,
  parked_at timestamp with time zone NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id)
);
CREATE INDEX dead_letter_by_time ON books.dead_letter USING btree (parked_at DESC);

CREATE TABLE books.entry (
  event_id uuid NOT NULL,
  line smallint NOT NULL,
  account text NOT NULL,
  merchant_id uuid,
  acquirer text,
  direction text NOT NULL,
  amount bigint NOT NULL,
  currency character(3) NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  CONSTRAINT entry_pkey PRIMARY KEY (event_id, line),
  CONSTRAINT entry_account_known CHECK (account = ANY (ARRAY['merchant_pending'::text, 'merchant_available'::text, 'merchant_reserve'::text, 'acquirer_receivable'::text, 'platform_fees'::text, 'platform_cash'::text])),
  CONSTRAINT entry_amount_positive CHECK (amount > 0),
  CONSTRAINT entry_direction_known CHECK (direction = ANY (ARRAY['debit'::text, 'credit'::text])),
  CONSTRAINT entry_line_positive CHECK (line >= 1),
  CONSTRAINT entry_owner_fits_account CHECK (starts_with(account, 'merchant_'::text) = (merchant_id IS NOT NULL) AND starts_with(account, 'acquirer_'::text) = (acquirer IS NOT NULL))
);
CREATE INDEX entry_by_xid ON books.entry USING btree (xid);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON books.entry FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change();
CREATE TRIGGER refuse_unsound_entries AFTER INSERT ON books.entry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_unsound_entries();
COMMENT ON COLUMN books.entry.xid IS 'the transaction that wrote the entry, by which the folder finds what is new to it';

CREATE TABLE books.event (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  shard smallint NOT NULL,
  event_id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  payload text NOT NULL,
  trace text,
  occurred_at timestamp with time zone NOT NULL,
  CONSTRAINT event_shard_in_range CHECK (shard >= 0 AND shard <= 63),
  CONSTRAINT event_version_positive CHECK (aggregate_version >= 1)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX event_by_aggregate ON ONLY books.event USING btree (aggregate_id, aggregate_version);
CREATE INDEX event_by_seq ON ONLY books.event USING btree (seq);
CREATE INDEX event_by_xid ON ONLY books.event USING btree (xid);

CREATE TABLE books.event_out_of_range PARTITION OF books.event DEFAULT;

CREATE TABLE books.fold_cursor (
  only_row boolean DEFAULT true NOT NULL,
  folded pg_snapshot NOT NULL,
  CONSTRAINT fold_cursor_pkey PRIMARY KEY (only_row),
  CONSTRAINT fold_cursor_has_one_row CHECK (only_row)
) WITH (fillfactor=10);

CREATE TABLE books.folded_balance (
  account text NOT NULL,
  owner text NOT NULL,
  currency character(3) NOT NULL,
  debit numeric NOT NULL,
  credit numeric NOT NULL,
  CONSTRAINT folded_balance_pkey PRIMARY KEY (account, owner, currency)
) WITH (fillfactor=50);
COMMENT ON TABLE books.folded_balance IS 'sums of the entries visible in fold_cursor.folded; read books.account_balance instead';

CREATE TABLE books.inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE books.item (
  event_id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  kind text NOT NULL,
  amount bigint NOT NULL,
  fee bigint NOT NULL,
  currency character(3) NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  batch_id uuid,
  CONSTRAINT item_pkey PRIMARY KEY (event_id),
  CONSTRAINT item_amount_positive CHECK (amount > 0),
  CONSTRAINT item_fee_within_amount CHECK (fee >= 0 AND fee <= amount),
  CONSTRAINT item_kind_known CHECK (kind = ANY (ARRAY['capture'::text, 'refund'::text, 'dispute_opened'::text, 'dispute_won'::text])),
  CONSTRAINT item_refund_bears_no_fee CHECK (kind = 'capture'::text OR fee = 0)
);
CREATE INDEX item_open ON books.item USING btree (merchant_id, currency, occurred_at, event_id) WHERE (batch_id IS NULL);
COMMENT ON COLUMN books.item.batch_id IS 'null while the item waits to be settled';

CREATE TABLE books.journal (
  event_id uuid NOT NULL,
  kind text NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  posted_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT journal_pkey PRIMARY KEY (event_id),
  CONSTRAINT journal_kind_known CHECK (kind = ANY (ARRAY['payment_captured'::text, 'payment_refunded'::text, 'dispute_opened'::text, 'dispute_won'::text, 'dispute_lost'::text, 'batch_closed'::text]))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON books.journal FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_change();
CREATE TRIGGER refuse_empty_journals AFTER INSERT ON books.journal REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION books.refuse_empty_journals();
COMMENT ON COLUMN books.journal.event_id IS 'the event that told what happened; a journal can be derived from it again';

CREATE TABLE books.migration (
  id integer DEFAULT nextval('books.migration_id_seq'::regclass) NOT NULL,
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id)
);

CREATE TABLE books.relay_cursor (
  lane integer NOT NULL,
  owner text,
  lease_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  published pg_snapshot DEFAULT '3:3:'::pg_snapshot NOT NULL,
  publishing pg_snapshot,
  after_seq bigint DEFAULT 0 NOT NULL,
  stream_created timestamp with time zone,
  stream_seq bigint DEFAULT 0 NOT NULL,
  CONSTRAINT relay_cursor_pkey PRIMARY KEY (lane)
);
COMMENT ON COLUMN books.relay_cursor.published IS 'every event visible in this snapshot is on the stream';
COMMENT ON COLUMN books.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq';

CREATE TABLE books.settled_payment (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  version integer NOT NULL,
  net bigint NOT NULL,
  fee bigint NOT NULL,
  CONSTRAINT settled_payment_pkey PRIMARY KEY (merchant_id, payment_id)
);
COMMENT ON TABLE books.settled_payment IS 'what all batches so far settled of a payment, and how many there were';

CREATE TABLE books.settlement_account (
  merchant_id uuid NOT NULL,
  currency character(3) NOT NULL,
  last_closed_at timestamp with time zone,
  CONSTRAINT settlement_account_pkey PRIMARY KEY (merchant_id, currency)
);

CREATE VIEW books.account_balance AS
 SELECT account,
    NULLIF(owner, ''::text) AS owner,
    currency::text AS currency,
    sum(debit) AS debit,
    sum(credit) AS credit,
        CASE
            WHEN account = ANY (ARRAY['acquirer_receivable'::text, 'platform_cash'::text]) THEN sum(debit) - sum(credit)
            ELSE sum(credit) - sum(debit)
        END AS balance
   FROM ( SELECT folded_balance.account,
            folded_balance.owner,
            folded_balance.currency,
            folded_balance.debit,
            folded_balance.credit
           FROM books.folded_balance
        UNION ALL
         SELECT entry.account,
            COALESCE(entry.merchant_id::text, entry.acquirer, ''::text) AS "coalesce",
            entry.currency,
                CASE entry.direction
                    WHEN 'debit'::text THEN entry.amount
                    ELSE 0::bigint
                END AS "case",
                CASE entry.direction
                    WHEN 'credit'::text THEN entry.amount
                    ELSE 0::bigint
                END AS "case"
           FROM books.entry
          WHERE entry.xid >= pg_snapshot_xmin(( SELECT fold_cursor.folded
                   FROM books.fold_cursor)) AND entry.xid < '18446744073709551615'::xid8 AND NOT pg_visible_in_snapshot(entry.xid, ( SELECT fold_cursor.folded
                   FROM books.fold_cursor))) part
  GROUP BY account, owner, currency;

CREATE VIEW books.trial_balance AS
 SELECT currency,
    sum(debit) AS debit,
    sum(credit) AS credit
   FROM books.account_balance
  GROUP BY currency;

CREATE OR REPLACE FUNCTION books.keep_event_partitions(days_ahead integer, days_kept integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET lock_timeout TO '1s'
AS $function$
      DECLARE
        monday date;
        old record;
        unpublished boolean;
      BEGIN
        -- Several processes may keep house at once; the first does the work, the others wait for nothing.
        IF NOT pg_try_advisory_xact_lock(hashtext('books.keep_event_partitions')) THEN RETURN; END IF;
        FOR monday IN SELECT generate_series(date_trunc('week', current_date - 1), current_date + days_ahead, '1 week') LOOP
          IF to_regclass(format('books.event_%s', to_char(monday, 'YYYYMMDD'))) IS NULL THEN
            BEGIN
              EXECUTE format('CREATE TABLE books.event_%s PARTITION OF books.event FOR VALUES FROM (%L) TO (%L)',
                to_char(monday, 'YYYYMMDD'), monday::timestamp AT TIME ZONE 'UTC', (monday + 7)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
              -- Events of this week have gone to the default partition, because nobody kept house in time; so do the rest.
              RAISE WARNING '% has no partition of its own for the week of %', 'books.event', monday;
            END;
          END IF;
        END LOOP;
        FOR old IN
          SELECT relname FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class ON pg_class.oid = inhrelid
          WHERE inhparent = 'books.event'::regclass AND relname ~ '^event_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') + 7 <= current_date - days_kept
        LOOP
          EXECUTE format('SELECT EXISTS (SELECT FROM books.%I e
            WHERE NOT EXISTS (SELECT FROM books.relay_cursor)
              OR EXISTS (SELECT FROM books.relay_cursor c WHERE NOT pg_visible_in_snapshot(e.xid, c.published)))',
            old.relname) INTO unpublished;
          IF NOT unpublished THEN EXECUTE format('DROP TABLE books.%I', old.relname); END IF;
        END LOOP;
      END $function$;

CREATE OR REPLACE FUNCTION books.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    BEGIN
      RAISE EXCEPTION '% of %.% is refused: the books are only ever added to', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A mistake is set right by another journal.';
    END $function$;

CREATE OR REPLACE FUNCTION books.refuse_empty_journals()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    DECLARE
      empty record;
    BEGIN
      SELECT event_id INTO empty FROM fresh
      WHERE NOT EXISTS (SELECT 1 FROM books.entry WHERE entry.event_id = fresh.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % has no entries; both are written by one statement', empty.event_id
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_not_empty', SCHEMA = 'books', TABLE = 'journal';
      END IF;
      RETURN NULL;
    END $function$;

CREATE OR REPLACE FUNCTION books.refuse_unsound_entries()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    DECLARE
      unsound record;
    BEGIN
      SELECT event_id, currency, sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) AS difference
      INTO unsound FROM fresh GROUP BY event_id, currency
      HAVING sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) <> 0 LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % is out by % %', unsound.event_id, unsound.difference, unsound.currency
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balanced', SCHEMA = 'books', TABLE = 'entry';
      END IF;

      SELECT event_id INTO unsound FROM (SELECT event_id, count(*) AS lines FROM fresh GROUP BY event_id) AS posted
      WHERE lines <> (SELECT count(*) FROM books.entry WHERE entry.event_id = posted.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the journal of event % has been written already and stays as it is', unsound.event_id
          USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_written_once', SCHEMA = 'books', TABLE = 'entry';
      END IF;

      SELECT event_id INTO unsound FROM fresh
      WHERE NOT EXISTS (SELECT 1 FROM books.journal WHERE journal.event_id = fresh.event_id) LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'there is no journal of event % for its entries', unsound.event_id
          USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_of_journal', SCHEMA = 'books', TABLE = 'entry';
      END IF;
      RETURN NULL;
    END $function$;

GRANT USAGE ON SCHEMA books TO quittance_api, quittance_settlement;
GRANT SELECT ON books.account_balance TO quittance_api, quittance_settlement;
GRANT SELECT, INSERT ON books.batch TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE (replayed_at) ON books.dead_letter TO quittance_settlement;
GRANT SELECT, INSERT (account, acquirer, amount, currency, direction, event_id, line, merchant_id) ON books.entry TO quittance_settlement;
GRANT SELECT, INSERT ON books.event TO quittance_settlement;
GRANT SELECT, UPDATE (folded) ON books.fold_cursor TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE (credit, debit) ON books.folded_balance TO quittance_settlement;
GRANT SELECT, INSERT, DELETE ON books.inbox TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE (batch_id) ON books.item TO quittance_settlement;
GRANT SELECT, INSERT (event_id, kind, occurred_at) ON books.journal TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE ON books.relay_cursor TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE (fee, net, version) ON books.settled_payment TO quittance_settlement;
GRANT SELECT, INSERT, UPDATE (last_closed_at) ON books.settlement_account TO quittance_settlement;
GRANT SELECT ON books.trial_balance TO quittance_api, quittance_settlement;
GRANT EXECUTE ON FUNCTION books.keep_event_partitions(integer,integer) TO quittance_settlement;
GRANT EXECUTE ON FUNCTION books.refuse_change() TO PUBLIC;
GRANT EXECUTE ON FUNCTION books.refuse_empty_journals() TO PUBLIC;
GRANT EXECUTE ON FUNCTION books.refuse_unsound_entries() TO PUBLIC;

-- ──────────────────── feed ────────────────────

CREATE TABLE feed.dead_letter (
  id uuid NOT NULL,
  consumer text NOT NULL,
  event_id uuid,
  subject text NOT NULL,
  payload text NOT NULL,
  error text NOT NULL,
  deliveries integer NOT NULL,
  parked_at timestamp with time zone NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id)
);
CREATE INDEX dead_letter_by_time ON feed.dead_letter USING btree (parked_at DESC);

CREATE TABLE feed.delivery (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  sequence bigint NOT NULL,
  event_id uuid NOT NULL,
  status text NOT NULL,
  attempts smallint DEFAULT 0 NOT NULL,
  next_attempt_at timestamp with time zone,
  epoch integer DEFAULT 0 NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT delivery_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT delivery_pending_has_time CHECK ((status = 'pending'::text) = (next_attempt_at IS NOT NULL)),
  CONSTRAINT delivery_status_known CHECK (status = ANY (ARRAY['pending'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text]))
) WITH (fillfactor=80);
CREATE INDEX delivery_by_endpoint ON feed.delivery USING btree (merchant_id, endpoint_id, id);
CREATE INDEX delivery_waiting ON feed.delivery USING btree (merchant_id, endpoint_id, next_attempt_at) WHERE (next_attempt_at IS NOT NULL);
COMMENT ON COLUMN feed.delivery.next_attempt_at IS 'while an attempt is under way, the end of its lease';
COMMENT ON COLUMN feed.delivery.epoch IS 'counts the claims; who claimed with an older one has lost the delivery';

CREATE TABLE feed.delivery_attempt (
  merchant_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number smallint NOT NULL,
  at timestamp with time zone NOT NULL,
  duration_ms integer NOT NULL,
  response_status smallint,
  error text,
  CONSTRAINT delivery_attempt_pkey PRIMARY KEY (merchant_id, delivery_id, number),
  CONSTRAINT delivery_attempt_number_positive CHECK (number >= 1)
);

CREATE TABLE feed.endpoint (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL,
  event_types text[] NOT NULL,
  status text NOT NULL,
  failing_since timestamp with time zone,
  paused_until timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT endpoint_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT endpoint_asks_for_something CHECK (cardinality(event_types) >= 1),
  CONSTRAINT endpoint_deleted_is_not_enabled CHECK (deleted_at IS NULL OR status <> 'enabled'::text),
  CONSTRAINT endpoint_status_known CHECK (status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'disabled_by_failures'::text])),
  CONSTRAINT endpoint_url_length CHECK (length(url) >= 1 AND length(url) <= 2048)
) WITH (fillfactor=80);

CREATE TABLE feed.endpoint_secret (
  merchant_id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  secret text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT endpoint_secret_pkey PRIMARY KEY (merchant_id, endpoint_id, created_at),
  CONSTRAINT endpoint_secret_of_endpoint FOREIGN KEY (merchant_id, endpoint_id) REFERENCES feed.endpoint(merchant_id, id)
);

CREATE TABLE feed.inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE feed.merchant_event (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  shard smallint NOT NULL,
  merchant_id uuid NOT NULL,
  sequence bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  payment_id uuid,
  occurred_at timestamp with time zone NOT NULL,
  data jsonb NOT NULL,
  CONSTRAINT merchant_event_pkey PRIMARY KEY (merchant_id, sequence),
  CONSTRAINT merchant_event_once UNIQUE (event_id),
  CONSTRAINT merchant_event_sequence_positive CHECK (sequence >= 1),
  CONSTRAINT merchant_event_shard_in_range CHECK (shard >= 0 AND shard <= 63)
);
CREATE INDEX merchant_event_by_payment ON feed.merchant_event USING btree (merchant_id, payment_id, sequence);
CREATE INDEX merchant_event_by_seq ON feed.merchant_event USING btree (seq);
CREATE INDEX merchant_event_by_xid ON feed.merchant_event USING btree (xid);

CREATE TABLE feed.merchant_sequence (
  merchant_id uuid NOT NULL,
  last_sequence bigint NOT NULL,
  CONSTRAINT merchant_sequence_pkey PRIMARY KEY (merchant_id),
  CONSTRAINT merchant_sequence_not_negative CHECK (last_sequence >= 0)
) WITH (fillfactor=50);

CREATE TABLE feed.migration (
  id integer DEFAULT nextval('feed.migration_id_seq'::regclass) NOT NULL,
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id)
);

CREATE TABLE feed.relay_cursor (
  lane integer NOT NULL,
  owner text,
  lease_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  published pg_snapshot DEFAULT '3:3:'::pg_snapshot NOT NULL,
  publishing pg_snapshot,
  after_seq bigint DEFAULT 0 NOT NULL,
  stream_created timestamp with time zone,
  stream_seq bigint DEFAULT 0 NOT NULL,
  CONSTRAINT relay_cursor_pkey PRIMARY KEY (lane)
);
COMMENT ON COLUMN feed.relay_cursor.published IS 'every event visible in this snapshot is on the stream';
COMMENT ON COLUMN feed.relay_cursor.publishing IS 'end of the window being worked on, up to after_seq';

CREATE TABLE feed.seen_version (
  merchant_id uuid NOT NULL,
  source text NOT NULL,
  aggregate_id uuid NOT NULL,
  version integer NOT NULL,
  CONSTRAINT seen_version_pkey PRIMARY KEY (merchant_id, source, aggregate_id),
  CONSTRAINT seen_version_positive CHECK (version >= 1)
) WITH (fillfactor=80);
COMMENT ON TABLE feed.seen_version IS 'order guard: the last event that was taken of each aggregate of each service';

CREATE VIEW feed.event AS
 SELECT seq,
    xid,
    shard,
    event_id,
    merchant_id,
    'merchant_feed'::text AS aggregate_type,
    merchant_id AS aggregate_id,
    sequence::double precision AS aggregate_version,
    type,
    1::smallint AS schema_version,
    data::text AS payload,
    NULL::text AS trace,
    occurred_at
   FROM feed.merchant_event;

GRANT USAGE ON SCHEMA feed TO quittance_api, quittance_webhooks;
GRANT SELECT, INSERT, UPDATE (replayed_at) ON feed.dead_letter TO quittance_webhooks;
GRANT SELECT ON feed.delivery TO quittance_api;
GRANT SELECT, INSERT, UPDATE (attempts, epoch, next_attempt_at, status) ON feed.delivery TO quittance_webhooks;
GRANT SELECT ON feed.delivery_attempt TO quittance_api;
GRANT SELECT, INSERT ON feed.delivery_attempt TO quittance_webhooks;
GRANT SELECT ON feed.endpoint TO quittance_api;
GRANT SELECT, INSERT, UPDATE (deleted_at, failing_since, paused_until, status) ON feed.endpoint TO quittance_webhooks;
GRANT SELECT, INSERT, DELETE ON feed.endpoint_secret TO quittance_webhooks;
GRANT SELECT ON feed.event TO quittance_webhooks;
GRANT SELECT, INSERT, DELETE ON feed.inbox TO quittance_webhooks;
GRANT SELECT ON feed.merchant_event TO quittance_api;
GRANT SELECT, INSERT ON feed.merchant_event TO quittance_webhooks;
GRANT SELECT, INSERT, UPDATE (last_sequence) ON feed.merchant_sequence TO quittance_webhooks;
GRANT SELECT, INSERT, UPDATE ON feed.relay_cursor TO quittance_webhooks;
GRANT SELECT, INSERT, UPDATE (version) ON feed.seen_version TO quittance_webhooks;

-- ──────────────────── sandbox ────────────────────

CREATE TABLE sandbox.asked (
  operation text NOT NULL,
  subject text NOT NULL,
  first_acquirer text NOT NULL,
  times integer DEFAULT 1 NOT NULL,
  CONSTRAINT asked_pkey PRIMARY KEY (operation, subject)
);

CREATE TABLE sandbox.callback (
  callback_id text NOT NULL,
  acquirer text NOT NULL,
  authorization_id text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  happens_at timestamp with time zone NOT NULL,
  state text DEFAULT 'due'::text NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  next_try_at timestamp with time zone NOT NULL,
  CONSTRAINT callback_pkey PRIMARY KEY (callback_id),
  CONSTRAINT callback_not_before_it_happens CHECK (next_try_at >= happens_at),
  CONSTRAINT callback_state_known CHECK (state = ANY (ARRAY['due'::text, 'delivered'::text, 'withdrawn'::text])),
  CONSTRAINT callback_tries_not_negative CHECK (tries >= 0)
);
CREATE INDEX callback_due ON sandbox.callback USING btree (next_try_at) WHERE (state = 'due'::text);
CREATE INDEX callback_of_authorization ON sandbox.callback USING btree (acquirer, authorization_id) WHERE (state = 'due'::text);

CREATE TABLE sandbox.challenge (
  acquirer text NOT NULL,
  authorization_id text NOT NULL,
  idempotency_key text NOT NULL,
  card_token text NOT NULL,
  reference text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  return_url text,
  state text DEFAULT 'pending'::text NOT NULL,
  decided_at timestamp with time zone,
  CONSTRAINT challenge_pkey PRIMARY KEY (acquirer, authorization_id),
  CONSTRAINT challenge_operation_key UNIQUE (acquirer, idempotency_key),
  CONSTRAINT challenge_operation_fkey FOREIGN KEY (acquirer, idempotency_key) REFERENCES sandbox.operation(acquirer, idempotency_key),
  CONSTRAINT challenge_amount_positive CHECK (amount_minor > 0),
  CONSTRAINT challenge_decided_with_its_time CHECK ((state = 'pending'::text) = (decided_at IS NULL)),
  CONSTRAINT challenge_state_known CHECK (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'refused'::text, 'cancelled'::text]))
);

CREATE TABLE sandbox.dispute (
  acquirer text NOT NULL,
  dispute_id text NOT NULL,
  authorization_id text NOT NULL,
  reference text NOT NULL,
  opens_at timestamp with time zone NOT NULL,
  evidence_due_at timestamp with time zone NOT NULL,
  evidence text,
  closes_at timestamp with time zone NOT NULL,
  CONSTRAINT dispute_pkey PRIMARY KEY (acquirer, dispute_id),
  CONSTRAINT dispute_one_an_authorization UNIQUE (acquirer, authorization_id),
  CONSTRAINT dispute_hold_fkey FOREIGN KEY (acquirer, authorization_id) REFERENCES sandbox.hold(acquirer, authorization_id),
  CONSTRAINT dispute_in_order CHECK (opens_at < evidence_due_at AND opens_at < closes_at)
);

CREATE TABLE sandbox.effect (
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  acquirer text NOT NULL,
  idempotency_key text NOT NULL,
  operation text NOT NULL,
  effect_id text NOT NULL,
  authorization_id text NOT NULL,
  card_token text NOT NULL,
  reference text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT effect_pkey PRIMARY KEY (acquirer, idempotency_key),
  CONSTRAINT effect_operation_fkey FOREIGN KEY (acquirer, idempotency_key) REFERENCES sandbox.operation(acquirer, idempotency_key),
  CONSTRAINT effect_amount_positive CHECK (amount_minor > 0)
);
CREATE INDEX effect_in_commit_order ON sandbox.effect USING btree (xid, seq);

CREATE TABLE sandbox.hold (
  acquirer text NOT NULL,
  authorization_id text NOT NULL,
  card_token text NOT NULL,
  reference text NOT NULL,
  currency text NOT NULL,
  held_minor bigint NOT NULL,
  captured_minor bigint DEFAULT 0 NOT NULL,
  refunded_minor bigint DEFAULT 0 NOT NULL,
  closed boolean DEFAULT false NOT NULL,
  voided boolean DEFAULT false NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT hold_pkey PRIMARY KEY (acquirer, authorization_id),
  CONSTRAINT hold_captured_within_held CHECK (captured_minor >= 0 AND captured_minor <= held_minor),
  CONSTRAINT hold_held_positive CHECK (held_minor > 0),
  CONSTRAINT hold_refunded_within_captured CHECK (refunded_minor >= 0 AND refunded_minor <= captured_minor),
  CONSTRAINT hold_voided_only_with_a_rest CHECK (NOT voided OR captured_minor < held_minor)
);

CREATE TABLE sandbox.migration (
  id integer DEFAULT nextval('sandbox.migration_id_seq'::regclass) NOT NULL,
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id)
);

CREATE TABLE sandbox.operation (
  acquirer text NOT NULL,
  idempotency_key text NOT NULL,
  operation text NOT NULL,
  fingerprint text NOT NULL,
  calls integer DEFAULT 1 NOT NULL,
  first_called_at timestamp with time zone NOT NULL,
  answer json,
  tells text,
  decided_at timestamp with time zone,
  answer_from timestamp with time zone,
  findable_from timestamp with time zone,
  CONSTRAINT operation_pkey PRIMARY KEY (acquirer, idempotency_key),
  CONSTRAINT operation_calls_positive CHECK (calls > 0),
  CONSTRAINT operation_decided_as_a_whole CHECK (num_nulls(answer, tells, decided_at, answer_from, findable_from) = ANY (ARRAY[0, 5])),
  CONSTRAINT operation_is_known CHECK (operation = ANY (ARRAY['authorize'::text, 'increase'::text, 'capture'::text, 'void'::text, 'refund'::text, 'evidence'::text])),
  CONSTRAINT operation_tells_known CHECK (tells = ANY (ARRAY['plainly'::text, 'garbled'::text, 'never'::text]))
);

GRANT USAGE ON SCHEMA sandbox TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (times) ON sandbox.asked TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (next_try_at, state, tries) ON sandbox.callback TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (decided_at, state) ON sandbox.challenge TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (closes_at, evidence) ON sandbox.dispute TO quittance_sandbox;
GRANT SELECT, INSERT ON sandbox.effect TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (captured_minor, closed, held_minor, refunded_minor, voided) ON sandbox.hold TO quittance_sandbox;
GRANT SELECT, INSERT, UPDATE (answer, answer_from, calls, decided_at, findable_from, tells) ON sandbox.operation TO quittance_sandbox;
