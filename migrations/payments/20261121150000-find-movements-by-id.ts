import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A capture or refund can be asked for by its own id alone (`node`), and the primary keys begin with the payment. Without
 * these a merchant's whole history would be read for one row. The tables are locked against writing while they are built.
 */
export class FindMovementsById20261121150000 implements MigrationInterface {
  name = 'FindMovementsById20261121150000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE UNIQUE INDEX capture_by_id ON payments.capture (merchant_id, id)');
    await runner.query('CREATE UNIQUE INDEX refund_by_id ON payments.refund (merchant_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payments.capture_by_id, payments.refund_by_id');
  }
}
