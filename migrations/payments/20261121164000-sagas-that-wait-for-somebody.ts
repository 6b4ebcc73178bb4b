import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sagas that are stuck are shown to people, with since when and with what the acquirer named where that was not what it was
 * asked for; people settle them. Those for whom a person was called by an earlier release get what it did not write down:
 * the step, and the amount.
 */
export class SagasThatWaitForSomebody20261121164000 implements MigrationInterface {
  name = 'SagasThatWaitForSomebody20261121164000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...columns, ...calledEarlier, ...index, ...grants]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of undone) await runner.query(statement);
  }
}

const columns = [
  `ALTER TABLE payments.saga ADD COLUMN step_since timestamptz NOT NULL DEFAULT now()`,
  `ALTER TABLE payments.attempt ADD COLUMN answered_amount bigint
    CONSTRAINT attempt_answered_amount_not_negative CHECK (answered_amount >= 0)`,
];

const calledEarlier = [
  `UPDATE payments.saga SET step_since = updated_at WHERE step = 'needs_person' OR next_run_at IS NOT NULL`,
  `UPDATE payments.saga SET stuck_at = CASE attempt.operation
      WHEN 'authorize' THEN 'authorizing' WHEN 'capture' THEN 'capturing' WHEN 'refund' THEN 'refunding'
      WHEN 'void' THEN CASE saga.kind WHEN 'void' THEN 'voiding' ELSE 'releasing' END END
    FROM payments.attempt
    WHERE saga.step = 'needs_person' AND saga.stuck_at IS NULL AND saga.definition_version = 1
      AND attempt.id = saga.attempt_id`,
  `UPDATE payments.attempt SET answered_amount = substring(saga.waiting_for FROM ' approved ([0-9]+) where ')::bigint
    FROM payments.saga WHERE saga.step = 'needs_person' AND attempt.id = saga.attempt_id
      AND saga.waiting_for ~ ' approved [0-9]+ where '`,
];

/** Few of many: a saga whose first call is answered is never in it. The one it takes the place of was never read. */
const index = [
  `CREATE INDEX saga_waiting ON payments.saga (step_since)
    WHERE step = 'needs_person' OR (next_run_at IS NOT NULL AND (next_action = 'attempt' OR checks > 0))`,
  `DROP INDEX payments.saga_stuck`,
];

const grants = [
  `GRANT SELECT ON payments.saga TO quittance_api`,
  `GRANT UPDATE (answered_amount) ON payments.attempt TO quittance_orchestrator`,
];

const undone = [
  `REVOKE SELECT ON payments.saga FROM quittance_api`,
  `CREATE INDEX saga_stuck ON payments.saga (updated_at) WHERE step = 'needs_person'`,
  `DROP INDEX payments.saga_waiting`,
  `ALTER TABLE payments.attempt DROP COLUMN answered_amount`,
  `ALTER TABLE payments.saga DROP COLUMN step_since`,
];
