import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventBackboneV1 } from '../event-backbone.v1.ts';

/**
 * The schema of payments: merchants and their keys, payments with their guard row, attempts at acquirers, sagas,
 * idempotency, and the event backbone. Foreign keys are left out between hot tables on purpose: each would take a share
 * lock on a row that every payment of a merchant shares, and every writer goes through one store.
 */
export class Payments20261121090000 implements MigrationInterface {
  name = 'Payments20261121090000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...merchants, ...payments, ...backbone, ...grants]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: drop the schema instead.');
  }
}

const minorUnits = 'bigint NOT NULL DEFAULT 0';

const merchants = [
  `CREATE TABLE payments.merchant (
    id uuid CONSTRAINT merchant_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT merchant_name_not_empty CHECK (length(name) BETWEEN 1 AND 200),
    fee_basis_points integer NOT NULL CONSTRAINT merchant_fee_in_range CHECK (fee_basis_points BETWEEN 0 AND 10000),
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE payments.merchant_currency (
    merchant_id uuid NOT NULL CONSTRAINT merchant_currency_of_merchant REFERENCES payments.merchant (id),
    currency char(3) NOT NULL,
    fee_fixed bigint NOT NULL CONSTRAINT merchant_currency_fee_not_negative CHECK (fee_fixed >= 0),
    risk_limit bigint NOT NULL CONSTRAINT merchant_currency_limit_not_negative CHECK (risk_limit >= 0),
    risk_floor bigint NOT NULL CONSTRAINT merchant_currency_floor_not_negative CHECK (risk_floor >= 0),
    CONSTRAINT merchant_currency_pkey PRIMARY KEY (merchant_id, currency)
  )`,
  `CREATE TABLE payments.api_key (
    id uuid CONSTRAINT api_key_pkey PRIMARY KEY,
    lookup text NOT NULL CONSTRAINT api_key_lookup_unique UNIQUE,
    merchant_id uuid NOT NULL CONSTRAINT api_key_of_merchant REFERENCES payments.merchant (id),
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
];

const payments = [
  `CREATE TABLE payments.payment (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    reference text NOT NULL,
    attempt_number integer NOT NULL,
    state text NOT NULL CONSTRAINT payment_state_known CHECK (state IN ('processing', 'in_review', 'authorized',
      'voiding', 'partially_captured', 'captured', 'partially_refunded', 'refunded', 'voided', 'declined', 'failed')),
    version integer NOT NULL,
    capture_method text NOT NULL CONSTRAINT payment_capture_method_known CHECK (capture_method IN ('automatic', 'manual')),
    currency char(3) NOT NULL,
    amount bigint NOT NULL CONSTRAINT payment_amount_in_range CHECK (amount BETWEEN 1 AND 9007199254740991),
    authorized ${minorUnits},
    capture_pending ${minorUnits},
    captured ${minorUnits},
    refund_pending ${minorUnits},
    refunded ${minorUnits},
    voided ${minorUnits},
    disputed ${minorUnits},
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
    risk_assessed_at timestamptz,
    settlement_batch_id uuid,
    settlement_net bigint,
    settlement_fee bigint,
    settled_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT payment_pkey PRIMARY KEY (merchant_id, id),
    CONSTRAINT payment_reference_attempt_unique UNIQUE (merchant_id, reference, attempt_number),
    CONSTRAINT payment_amounts_not_negative CHECK (authorized >= 0 AND capture_pending >= 0 AND captured >= 0
      AND refund_pending >= 0 AND refunded >= 0 AND voided >= 0 AND disputed >= 0),
    CONSTRAINT payment_authorized_within_amount CHECK (authorized <= amount),
    CONSTRAINT payment_captured_within_authorized CHECK (capture_pending + captured + voided <= authorized),
    CONSTRAINT payment_refunded_within_captured CHECK (refund_pending + refunded <= captured)
  ) WITH (fillfactor = 70)`,
  // One reference has one live payment; a declined, failed or voided one makes room for the next attempt.
  `CREATE UNIQUE INDEX payment_one_live_per_reference ON payments.payment (merchant_id, reference)
    WHERE state NOT IN ('declined', 'failed', 'voided')`,

  `CREATE TABLE payments.capture (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL CONSTRAINT capture_amount_positive CHECK (amount > 0),
    final boolean NOT NULL,
    status text NOT NULL CONSTRAINT capture_status_known CHECK (status IN ('pending', 'succeeded', 'failed')),
    created_at timestamptz NOT NULL,
    CONSTRAINT capture_pkey PRIMARY KEY (merchant_id, payment_id, id)
  )`,
  `CREATE TABLE payments.refund (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL CONSTRAINT refund_amount_positive CHECK (amount > 0),
    reason text,
    status text NOT NULL CONSTRAINT refund_status_known CHECK (status IN ('pending', 'succeeded', 'failed')),
    created_at timestamptz NOT NULL,
    CONSTRAINT refund_pkey PRIMARY KEY (merchant_id, payment_id, id)
  )`,
  `CREATE TABLE payments.attempt (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    number integer NOT NULL,
    id uuid NOT NULL CONSTRAINT attempt_id_unique UNIQUE,
    operation text NOT NULL CONSTRAINT attempt_operation_known CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    acquirer text NOT NULL,
    amount bigint NOT NULL CONSTRAINT attempt_amount_positive CHECK (amount > 0),
    state text NOT NULL CONSTRAINT attempt_state_known CHECK (state IN ('submitted', 'outcome_unknown', 'approved',
      'declined', 'not_sent')),
    decline_code text,
    acquirer_reference text,
    routed_because text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT attempt_pkey PRIMARY KEY (merchant_id, payment_id, number)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE payments.saga (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT saga_kind_known CHECK (kind IN ('charge', 'capture', 'void', 'refund')),
    step text NOT NULL,
    definition_version smallint NOT NULL,
    capture_method text NOT NULL,
    operation_id uuid,
    attempt_id uuid,
    tries integer NOT NULL,
    checks integer NOT NULL,
    next_action text CONSTRAINT saga_action_known CHECK (next_action IN ('decide_without_risk', 'attempt', 'check')),
    next_run_at timestamptz,
    lease_owner text,
    epoch integer NOT NULL DEFAULT 0,
    waiting_for text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT saga_pkey PRIMARY KEY (merchant_id, payment_id, id),
    CONSTRAINT saga_action_has_time CHECK ((next_action IS NULL) = (next_run_at IS NULL))
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX saga_due ON payments.saga (next_run_at) WHERE next_run_at IS NOT NULL`,

  `CREATE TABLE payments.idempotency (
    merchant_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL CONSTRAINT idempotency_key_length CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    payment_id uuid,
    operation_id uuid,
    refusal jsonb,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (merchant_id, operation, key),
    CONSTRAINT idempotency_effect_or_refusal CHECK ((payment_id IS NULL) <> (refusal IS NULL))
  )`,
  // The reaper looks for what is older than the promised 72 h; rows arrive in time order, so a block range is enough.
  `CREATE INDEX idempotency_by_time ON payments.idempotency USING brin (created_at)`,
];

/** The orchestrator relays the log and takes events. The API only says what happened: to it the log is a table to add to. */
const backbone = [
  ...eventBackboneV1('payments', ['quittance_orchestrator']),
  `GRANT USAGE ON SCHEMA payments TO quittance_api`,
  `GRANT SELECT, INSERT ON payments.event TO quittance_api`,
];

/** What becomes of a payment. What was agreed when it was accepted is not among it: nobody changes that. */
const progress = `state, version, authorized, capture_pending, captured, refund_pending, refunded, voided, decline_code,
  decline_message, decline_retryable, decline_source, risk_decision, risk_score, risk_reasons, risk_decided_by,
  risk_assessed_at, updated_at`;

const grants = [
  `GRANT SELECT, INSERT ON payments.merchant, payments.merchant_currency, payments.api_key TO quittance_api`,
  `GRANT UPDATE (revoked_at) ON payments.api_key TO quittance_api`,
  `GRANT SELECT, INSERT, DELETE ON payments.idempotency TO quittance_api`,
  // The API accepts payments and asks for captures and refunds; the orchestrator carries them out. Both move the guard
  // row, one with what is asked and the other with what came of it.
  `GRANT SELECT, INSERT ON payments.payment, payments.capture, payments.refund TO quittance_api`,
  `GRANT SELECT ON payments.attempt TO quittance_api`,
  `GRANT UPDATE (${progress}) ON payments.payment TO quittance_api, quittance_orchestrator`,
  `GRANT SELECT ON payments.payment, payments.capture, payments.refund, payments.attempt TO quittance_orchestrator`,
  `GRANT UPDATE (settlement_batch_id, settlement_net, settlement_fee, settled_at) ON payments.payment
    TO quittance_orchestrator`,
  // An automatic capture is asked for by the saga itself.
  `GRANT INSERT ON payments.capture, payments.attempt TO quittance_orchestrator`,
  `GRANT UPDATE (status) ON payments.capture, payments.refund TO quittance_orchestrator`,
  `GRANT UPDATE (state, decline_code, acquirer_reference, finished_at) ON payments.attempt TO quittance_orchestrator`,
  `GRANT SELECT, INSERT, UPDATE ON payments.saga TO quittance_orchestrator`,
];
