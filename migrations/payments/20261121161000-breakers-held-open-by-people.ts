import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A person may keep calls away from an acquirer whatever its breakers say, in all processes and over their restarts. What
 * was held is never forgotten: whoever looks into a day on which an acquirer got no calls finds who held it, and why.
 */
export class BreakersHeldOpenByPeople20261121161000 implements MigrationInterface {
  name = 'BreakersHeldOpenByPeople20261121161000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE payments.breaker_override (
        acquirer text NOT NULL CONSTRAINT breaker_override_acquirer_length CHECK (length(acquirer) BETWEEN 1 AND 100),
        operation text NOT NULL CONSTRAINT breaker_override_operation_known
          CHECK (operation IN ('authorize', 'increase', 'capture', 'void', 'refund', 'find', 'evidence')),
        opened_at timestamptz NOT NULL,
        opened_because text NOT NULL
          CONSTRAINT breaker_override_opened_because_length CHECK (length(opened_because) BETWEEN 1 AND 500),
        closed_at timestamptz,
        closed_because text
          CONSTRAINT breaker_override_closed_because_length CHECK (length(closed_because) BETWEEN 1 AND 500),
        CONSTRAINT breaker_override_pkey PRIMARY KEY (acquirer, operation, opened_at),
        CONSTRAINT breaker_override_closed_with_reason CHECK ((closed_at IS NULL) = (closed_because IS NULL))
      )`,
    );
    await runner.query(
      `CREATE UNIQUE INDEX breaker_override_one_at_a_time ON payments.breaker_override (acquirer, operation)
        WHERE closed_at IS NULL`,
    );
    await runner.query(
      `GRANT SELECT, INSERT, UPDATE (closed_at, closed_because) ON payments.breaker_override TO quittance_api`,
    );
    await runner.query(`GRANT SELECT ON payments.breaker_override TO quittance_orchestrator`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payments.breaker_override');
  }
}
