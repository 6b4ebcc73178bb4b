import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The acquirers' own durable record, so that their truth survives a restart and can be compared with ours.
 *
 * `operation` is one row per idempotency key with the answer that every later call gets again. `effect` is what an
 * acquirer really did, one row per key and never changed: the role has no UPDATE and no DELETE on it, so the list of
 * effects cannot be made to agree with anybody afterwards. `hold` is the guard row: its CHECKs
 * refuse a capture above the authorization and a refund above the capture whatever the code does. `asked` remembers
 * who was asked first and how often, which some test tokens depend on.
 */
export class RecordWhatAcquirersDid1795223520000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`SET LOCAL lock_timeout = '5s'`);
    await queryRunner.query(`
      CREATE TABLE sandbox.operation (
        acquirer text NOT NULL,
        idempotency_key text NOT NULL,
        operation text NOT NULL,
        fingerprint text NOT NULL,
        calls integer NOT NULL DEFAULT 1,
        first_called_at timestamptz NOT NULL,
        answer json,
        tells text,
        decided_at timestamptz,
        answer_from timestamptz,
        findable_from timestamptz,
        CONSTRAINT operation_pkey PRIMARY KEY (acquirer, idempotency_key),
        CONSTRAINT operation_is_known CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
        CONSTRAINT operation_calls_positive CHECK (calls > 0),
        CONSTRAINT operation_tells_known CHECK (tells IN ('plainly', 'garbled', 'never')),
        CONSTRAINT operation_decided_as_a_whole
          CHECK (num_nulls(answer, tells, decided_at, answer_from, findable_from) IN (0, 5))
      )`);
    await queryRunner.query(`
      CREATE TABLE sandbox.hold (
        acquirer text NOT NULL,
        authorization_id text NOT NULL,
        card_token text NOT NULL,
        reference text NOT NULL,
        currency text NOT NULL,
        held_minor bigint NOT NULL,
        captured_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        closed boolean NOT NULL DEFAULT false,
        voided boolean NOT NULL DEFAULT false,
        CONSTRAINT hold_pkey PRIMARY KEY (acquirer, authorization_id),
        CONSTRAINT hold_held_positive CHECK (held_minor > 0),
        CONSTRAINT hold_captured_within_held CHECK (captured_minor BETWEEN 0 AND held_minor),
        CONSTRAINT hold_refunded_within_captured CHECK (refunded_minor BETWEEN 0 AND captured_minor),
        CONSTRAINT hold_voided_only_uncaptured CHECK (NOT (voided AND captured_minor > 0))
      )`);
    await queryRunner.query(`
      CREATE TABLE sandbox.effect (
        seq bigint GENERATED ALWAYS AS IDENTITY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        acquirer text NOT NULL,
        idempotency_key text NOT NULL,
        operation text NOT NULL,
        effect_id text NOT NULL,
        authorization_id text NOT NULL,
        card_token text NOT NULL,
        reference text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT effect_pkey PRIMARY KEY (acquirer, idempotency_key),
        CONSTRAINT effect_operation_fkey FOREIGN KEY (acquirer, idempotency_key) REFERENCES sandbox.operation,
        CONSTRAINT effect_amount_positive CHECK (amount_minor > 0)
      )`);
    await queryRunner.query(`CREATE INDEX effect_in_commit_order ON sandbox.effect (xid, seq)`);
    await queryRunner.query(`
      CREATE TABLE sandbox.asked (
        operation text NOT NULL,
        subject text NOT NULL,
        first_acquirer text NOT NULL,
        times integer NOT NULL DEFAULT 1,
        CONSTRAINT asked_pkey PRIMARY KEY (operation, subject)
      )`);
    await queryRunner.query(`GRANT USAGE ON SCHEMA sandbox TO quittance_sandbox`);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE (calls, answer, tells, decided_at, answer_from, findable_from) ON sandbox.operation
        TO quittance_sandbox`);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE (captured_minor, refunded_minor, closed, voided) ON sandbox.hold TO quittance_sandbox`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE (times) ON sandbox.asked TO quittance_sandbox`);
    await queryRunner.query(`GRANT SELECT, INSERT ON sandbox.effect TO quittance_sandbox`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE sandbox.asked, sandbox.effect, sandbox.hold, sandbox.operation`);
  }
}
