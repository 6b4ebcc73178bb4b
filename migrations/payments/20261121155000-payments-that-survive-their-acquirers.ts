import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The whole lifecycle: challenges, holds that end, what is left after a capture released, larger holds, approvals that come
 * after we had given up, and what acquirers tell us unasked. The new checks are looked at row by row after they are in
 * force, so that nobody who writes has to wait for that.
 */
export class PaymentsThatSurviveTheirAcquirers20261121155000 implements MigrationInterface {
  name = 'PaymentsThatSurviveTheirAcquirers20261121155000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...payment, ...attempt, ...saga, ...increase, ...callback, ...grants]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('Payments may be in the new states: going back would have to invent what became of them.');
  }
}

function check(table: string, name: string, condition: string): string[] {
  return [
    `ALTER TABLE payments.${table} DROP CONSTRAINT IF EXISTS ${name}`,
    `ALTER TABLE payments.${table} ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`,
    `ALTER TABLE payments.${table} VALIDATE CONSTRAINT ${name}`,
  ];
}

const payment = [
  // A minute in line is what a customer who pays may be asked for.
  `ALTER TABLE payments.merchant ADD COLUMN patience_ms integer NOT NULL DEFAULT 60000
    CONSTRAINT merchant_patience_in_range CHECK (patience_ms BETWEEN 0 AND 3600000)`,
  `ALTER TABLE payments.payment ADD COLUMN void_pending bigint NOT NULL DEFAULT 0, ADD COLUMN return_url text,
    ADD COLUMN redirect_url text, ADD COLUMN authorization_expires_at timestamptz`,
  ...check(
    'payment',
    'payment_state_known',
    `state IN ('processing', 'requires_action', 'in_review', 'authorized', 'voiding', 'partially_captured', 'captured',
      'partially_refunded', 'refunded', 'voided', 'expired', 'declined', 'failed')`,
  ),
  ...check('payment', 'payment_void_pending_not_negative', 'void_pending >= 0'),
  ...check(
    'payment',
    'payment_captured_within_authorized',
    'capture_pending + captured + void_pending + voided <= authorized',
  ),
  // One reference has one live payment; one of which nothing was taken makes room for the next attempt.
  `DROP INDEX payments.payment_one_live_per_reference`,
  `CREATE UNIQUE INDEX payment_one_live_per_reference ON payments.payment (merchant_id, reference)
    WHERE state NOT IN ('declined', 'failed', 'voided', 'expired')`,
];

const attempt = [
  `ALTER TABLE payments.attempt ADD COLUMN routing jsonb`,
  ...check('attempt', 'attempt_operation_known', `operation IN ('authorize', 'increase', 'capture', 'void', 'refund')`),
  ...check(
    'attempt',
    'attempt_state_known',
    `state IN ('submitted', 'action_required', 'outcome_unknown', 'approved', 'declined', 'not_sent', 'approved_late')`,
  ),
  `CREATE INDEX attempt_by_acquirer_reference ON payments.attempt (acquirer_reference, acquirer)
    WHERE acquirer_reference IS NOT NULL AND operation = 'authorize'`,
];

const saga = [
  `ALTER TABLE payments.saga ADD COLUMN soft_retries integer NOT NULL DEFAULT 0, ADD COLUMN stuck_at text`,
  ...check('saga', 'saga_kind_known', `kind IN ('charge', 'capture', 'void', 'refund', 'increase', 'reversal')`),
  ...check('saga', 'saga_action_known', `next_action IN ('decide_without_risk', 'attempt', 'check', 'expire')`),
  `CREATE INDEX saga_stuck ON payments.saga (updated_at) WHERE step = 'needs_person'`,
];

const increase = [
  `CREATE TABLE payments.authorization_increase (
    merchant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    id uuid NOT NULL,
    amount bigint NOT NULL CONSTRAINT increase_amount_positive CHECK (amount > 0),
    status text NOT NULL CONSTRAINT increase_status_known CHECK (status IN ('pending', 'succeeded', 'failed')),
    created_at timestamptz NOT NULL,
    CONSTRAINT authorization_increase_pkey PRIMARY KEY (merchant_id, payment_id, id)
  )`,
  `CREATE UNIQUE INDEX authorization_increase_by_id ON payments.authorization_increase (merchant_id, id)`,
];

const callback = [
  `CREATE TABLE payments.acquirer_callback (
    acquirer text NOT NULL,
    id text NOT NULL CONSTRAINT acquirer_callback_id_length CHECK (length(id) BETWEEN 1 AND 255),
    received_at timestamptz NOT NULL,
    CONSTRAINT acquirer_callback_pkey PRIMARY KEY (acquirer, id)
  )`,
];

const grants = [
  `GRANT UPDATE (void_pending, redirect_url, authorization_expires_at) ON payments.payment
    TO quittance_api, quittance_orchestrator`,
  // A larger hold is a larger payment.
  `GRANT UPDATE (amount) ON payments.payment TO quittance_orchestrator`,
  `GRANT SELECT, INSERT ON payments.authorization_increase TO quittance_api`,
  `GRANT SELECT, UPDATE (status) ON payments.authorization_increase TO quittance_orchestrator`,
  `GRANT SELECT, INSERT ON payments.acquirer_callback TO quittance_orchestrator`,
];
