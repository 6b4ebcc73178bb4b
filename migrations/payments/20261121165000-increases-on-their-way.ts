import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An increase of the hold that is on its way keeps everybody else from the hold: what was captured or released beside it would
 * leave money held on a card that nobody gives back. The guard row says so, as it does of everything that decisions
 * depend on.
 */
export class IncreasesOnTheirWay20261121165000 implements MigrationInterface {
  name = 'IncreasesOnTheirWay20261121165000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE payments.payment ADD COLUMN increase_pending bigint NOT NULL DEFAULT 0
      CONSTRAINT payment_increase_pending_not_negative CHECK (increase_pending >= 0)`);
    await runner.query(
      `COMMENT ON COLUMN payments.payment.increase_pending IS 'asked of the acquirer; meanwhile nobody captures or voids'`,
    );
    await runner.query(`UPDATE payments.payment SET increase_pending = pending.amount
      FROM (SELECT merchant_id, payment_id, sum(amount) AS amount FROM payments.authorization_increase
        WHERE status = 'pending' GROUP BY 1, 2) AS pending
      WHERE payment.merchant_id = pending.merchant_id AND payment.id = pending.payment_id`);
    await runner.query('GRANT UPDATE (increase_pending) ON payments.payment TO quittance_api, quittance_orchestrator');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payments.payment DROP COLUMN increase_pending');
  }
}
