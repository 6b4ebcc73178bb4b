import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Disputes: what they hold back of a payment and what they took from it, each dispute with its evidence, and outcomes that
 * were told before the dispute itself was. A dispute is the issuer's doing and may be about money that was refunded before or
 * whose capture we have not heard of, so nothing but the authorization bounds it here: a fact that comes from outside must
 * never be refused by a constraint, nor stand in the way of a capture that is refused later.
 * The constraint is looked at row by row after it is in force, so that nobody who writes has to wait for that.
 */
export class Disputes20261121163000 implements MigrationInterface {
  name = 'Disputes20261121163000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...amounts, ...disputes, ...evidence, ...grants]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payments.dispute_evidence, payments.early_dispute_outcome, payments.dispute');
    await runner.query(`ALTER TABLE payments.payment DROP CONSTRAINT payment_charged_back_not_negative,
      DROP CONSTRAINT payment_disputed_within_authorized, DROP COLUMN charged_back`);
    await runner.query('REVOKE UPDATE (disputed) ON payments.payment FROM quittance_api, quittance_orchestrator');
  }
}

const amounts = [
  `ALTER TABLE payments.payment ADD COLUMN charged_back bigint NOT NULL DEFAULT 0
      CONSTRAINT payment_charged_back_not_negative CHECK (charged_back >= 0)`,
  `ALTER TABLE payments.payment ADD CONSTRAINT payment_disputed_within_authorized
    CHECK (disputed + charged_back <= authorized) NOT VALID`,
  'ALTER TABLE payments.payment VALIDATE CONSTRAINT payment_disputed_within_authorized',
  `COMMENT ON COLUMN payments.payment.disputed IS 'of disputes that are open; no refund is accepted meanwhile'`,
  `COMMENT ON COLUMN payments.payment.charged_back IS 'of disputes that were lost'`,
];

const ofPayment = 'merchant_id uuid NOT NULL, payment_id uuid NOT NULL';

const disputes = [
  `CREATE TABLE payments.dispute (
    ${ofPayment},
    id uuid NOT NULL,
    acquirer text NOT NULL,
    acquirer_dispute text NOT NULL,
    amount bigint NOT NULL CONSTRAINT dispute_amount_positive CHECK (amount > 0),
    reason text NOT NULL,
    status text NOT NULL
      CONSTRAINT dispute_status_known CHECK (status IN ('opened', 'evidence_submitted', 'won', 'lost')),
    evidence_due_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT dispute_pkey PRIMARY KEY (merchant_id, payment_id, id),
    CONSTRAINT dispute_of_acquirer_unique UNIQUE (acquirer, acquirer_dispute),
    CONSTRAINT dispute_closed_with_its_outcome CHECK ((closed_at IS NOT NULL) = (status IN ('won', 'lost')))
  )`,
  // Asked for by its own id alone (`node`, evidence).
  'CREATE UNIQUE INDEX dispute_by_id ON payments.dispute (merchant_id, id)',

  `CREATE TABLE payments.early_dispute_outcome (
    ${ofPayment},
    acquirer text NOT NULL,
    acquirer_dispute text NOT NULL,
    outcome text NOT NULL CONSTRAINT early_dispute_outcome_known CHECK (outcome IN ('won', 'lost')),
    told_at timestamptz NOT NULL,
    CONSTRAINT early_dispute_outcome_pkey PRIMARY KEY (merchant_id, payment_id, acquirer, acquirer_dispute)
  )`,
  `COMMENT ON TABLE payments.early_dispute_outcome IS 'told before the dispute was: it is closed with this as soon as it is opened'`,
];

const evidence = [
  `CREATE TABLE payments.dispute_evidence (
    ${ofPayment},
    dispute_id uuid NOT NULL,
    text text NOT NULL CONSTRAINT dispute_evidence_not_empty CHECK (length(text) >= 1),
    submitted_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    ending text CONSTRAINT dispute_evidence_ending_known CHECK (ending IN ('accepted', 'refused', 'too_late')),
    refused_because text,
    CONSTRAINT dispute_evidence_pkey PRIMARY KEY (merchant_id, payment_id, dispute_id),
    CONSTRAINT dispute_evidence_tried_until_its_end CHECK ((next_try_at IS NULL) = (ending IS NOT NULL))
  )`,
  'CREATE INDEX dispute_evidence_due ON payments.dispute_evidence (next_try_at) WHERE next_try_at IS NOT NULL',
];

const grants = [
  'GRANT UPDATE (disputed, charged_back) ON payments.payment TO quittance_api, quittance_orchestrator',
  // The API takes evidence, which may tell of customers and which it has no need to read; the orchestrator hands it on.
  'GRANT SELECT, UPDATE (status) ON payments.dispute TO quittance_api',
  `GRANT INSERT (merchant_id, payment_id, dispute_id, text, submitted_at, next_try_at) ON payments.dispute_evidence
    TO quittance_api`,
  'GRANT SELECT, INSERT, UPDATE (status, closed_at) ON payments.dispute TO quittance_orchestrator',
  'GRANT SELECT, INSERT ON payments.early_dispute_outcome TO quittance_orchestrator',
  `GRANT SELECT, UPDATE (tries, next_try_at, ending, refused_because) ON payments.dispute_evidence
    TO quittance_orchestrator`,
];
