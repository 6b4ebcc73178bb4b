import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What acquirers do after their answer: they challenge the customer, let a hold expire, open disputes and call back.
 *
 * `challenge` is an authorization to be; it becomes a hold when the customer accepts. `dispute` knows its own times, so
 * that nothing has to happen for it to open or to be lost. `callback` is what will be told unasked, each signed body as
 * it will be repeated until somebody takes it; the row outlives a restart. A hold can grow and can end by itself, and a
 * void releases what captures have left of it.
 */
export class WhatHappensAfterwards1795251600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`SET LOCAL lock_timeout = '5s'`);
    await queryRunner.query(`
      ALTER TABLE sandbox.operation DROP CONSTRAINT operation_is_known,
        ADD CONSTRAINT operation_is_known
          CHECK (operation IN ('authorize', 'increase', 'capture', 'void', 'refund', 'evidence'))`);
    await queryRunner.query(`
      ALTER TABLE sandbox.hold ADD COLUMN expires_at timestamptz,
        DROP CONSTRAINT hold_voided_only_uncaptured,
        ADD CONSTRAINT hold_voided_only_with_a_rest CHECK (NOT voided OR captured_minor < held_minor)`);
    await queryRunner.query(`
      CREATE TABLE sandbox.challenge (
        acquirer text NOT NULL,
        authorization_id text NOT NULL,
        idempotency_key text NOT NULL,
        card_token text NOT NULL,
        reference text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        return_url text,
        state text NOT NULL DEFAULT 'pending',
        decided_at timestamptz,
        CONSTRAINT challenge_pkey PRIMARY KEY (acquirer, authorization_id),
        CONSTRAINT challenge_operation_fkey FOREIGN KEY (acquirer, idempotency_key) REFERENCES sandbox.operation,
        CONSTRAINT challenge_operation_key UNIQUE (acquirer, idempotency_key),
        CONSTRAINT challenge_amount_positive CHECK (amount_minor > 0),
        CONSTRAINT challenge_state_known CHECK (state IN ('pending', 'accepted', 'refused', 'cancelled')),
        CONSTRAINT challenge_decided_with_its_time CHECK ((state = 'pending') = (decided_at IS NULL))
      )`);
    await queryRunner.query(`
      CREATE TABLE sandbox.dispute (
        acquirer text NOT NULL,
        dispute_id text NOT NULL,
        authorization_id text NOT NULL,
        reference text NOT NULL,
        opens_at timestamptz NOT NULL,
        evidence_due_at timestamptz NOT NULL,
        evidence text,
        closes_at timestamptz NOT NULL,
        CONSTRAINT dispute_pkey PRIMARY KEY (acquirer, dispute_id),
        CONSTRAINT dispute_hold_fkey FOREIGN KEY (acquirer, authorization_id) REFERENCES sandbox.hold,
        CONSTRAINT dispute_one_an_authorization UNIQUE (acquirer, authorization_id),
        CONSTRAINT dispute_in_order CHECK (opens_at < evidence_due_at AND opens_at < closes_at)
      )`);
    await queryRunner.query(`
      CREATE TABLE sandbox.callback (
        callback_id text NOT NULL,
        acquirer text NOT NULL,
        authorization_id text NOT NULL,
        type text NOT NULL,
        body text NOT NULL,
        happens_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'due',
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL,
        CONSTRAINT callback_pkey PRIMARY KEY (callback_id),
        CONSTRAINT callback_state_known CHECK (state IN ('due', 'delivered', 'withdrawn')),
        CONSTRAINT callback_tries_not_negative CHECK (tries >= 0),
        CONSTRAINT callback_not_before_it_happens CHECK (next_try_at >= happens_at)
      )`);
    await queryRunner.query(`CREATE INDEX callback_due ON sandbox.callback (next_try_at) WHERE state = 'due'`);
    await queryRunner.query(`
      CREATE INDEX callback_of_authorization ON sandbox.callback (acquirer, authorization_id) WHERE state = 'due'`);
    await queryRunner.query(`GRANT UPDATE (held_minor) ON sandbox.hold TO quittance_sandbox`);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE (state, decided_at) ON sandbox.challenge TO quittance_sandbox`);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE (evidence, closes_at) ON sandbox.dispute TO quittance_sandbox`);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE (state, tries, next_try_at) ON sandbox.callback TO quittance_sandbox`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE sandbox.callback, sandbox.dispute, sandbox.challenge`);
    await queryRunner.query(`REVOKE UPDATE (held_minor) ON sandbox.hold FROM quittance_sandbox`);
    await queryRunner.query(`
      ALTER TABLE sandbox.hold DROP CONSTRAINT hold_voided_only_with_a_rest, DROP COLUMN expires_at,
        ADD CONSTRAINT hold_voided_only_uncaptured CHECK (NOT (voided AND captured_minor > 0))`);
    await queryRunner.query(`
      ALTER TABLE sandbox.operation DROP CONSTRAINT operation_is_known,
        ADD CONSTRAINT operation_is_known CHECK (operation IN ('authorize', 'capture', 'void', 'refund'))`);
  }
}
