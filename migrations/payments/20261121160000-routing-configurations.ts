import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where a merchant's authorizations go, and what is known of the acquirers that they go to. A payment keeps the version of
 * the configuration that it was born with, so none is ever changed or removed. How acquirers perform is only a memory for
 * the next process: without it routing learns anew.
 */
export class RoutingConfigurations20261121160000 implements MigrationInterface {
  name = 'RoutingConfigurations20261121160000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE payments.routing_configuration (
      merchant_id uuid NOT NULL CONSTRAINT routing_configuration_of_merchant REFERENCES payments.merchant (id),
      version integer NOT NULL CONSTRAINT routing_configuration_version_from_1 CHECK (version >= 1),
      configuration jsonb NOT NULL,
      saved_at timestamptz NOT NULL,
      saved_by text NOT NULL,
      CONSTRAINT routing_configuration_pkey PRIMARY KEY (merchant_id, version)
    )`);
    // A handful of rows that are written again and again: room on the page lets each update stay there.
    await runner.query(`CREATE TABLE payments.acquirer_performance (
      segment text NOT NULL,
      acquirer text NOT NULL,
      successes double precision NOT NULL,
      failures double precision NOT NULL,
      recent_successes double precision NOT NULL,
      recent_failures double precision NOT NULL,
      observed_at timestamptz NOT NULL,
      CONSTRAINT acquirer_performance_pkey PRIMARY KEY (segment, acquirer),
      CONSTRAINT acquirer_performance_not_negative CHECK (successes >= 0 AND failures >= 0 AND recent_successes >= 0
        AND recent_failures >= 0)
    ) WITH (fillfactor = 50)`);
    await runner.query('GRANT SELECT, INSERT ON payments.routing_configuration TO quittance_api');
    await runner.query('GRANT SELECT ON payments.routing_configuration TO quittance_orchestrator');
    await runner.query('GRANT SELECT, INSERT, UPDATE ON payments.acquirer_performance TO quittance_orchestrator');
    await runner.query('GRANT SELECT ON payments.acquirer_performance TO quittance_api');
  }

  async down(): Promise<void> {
    throw new Error('Payments name the versions of the configuration that they were born with.');
  }
}
