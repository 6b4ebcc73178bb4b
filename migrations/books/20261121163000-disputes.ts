import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Disputes in the books: three kinds of journals, two kinds of items, and what a batch holds back for disputes or gives free
 * again. The tables are locked while the constraints are checked over what is there.
 */
export class Disputes20261121163000 implements MigrationInterface {
  name = 'Disputes20261121163000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE books.journal DROP CONSTRAINT journal_kind_known,
      ADD CONSTRAINT journal_kind_known CHECK (kind IN ('payment_captured', 'payment_refunded', 'dispute_opened',
        'dispute_won', 'dispute_lost', 'batch_closed'))`);
    await runner.query(`ALTER TABLE books.item DROP CONSTRAINT item_kind_known,
      ADD CONSTRAINT item_kind_known CHECK (kind IN ('capture', 'refund', 'dispute_opened', 'dispute_won'))`);
    await runner.query(`ALTER TABLE books.batch ADD COLUMN disputed bigint NOT NULL DEFAULT 0,
      DROP CONSTRAINT batch_net_is_the_rest,
      ADD CONSTRAINT batch_net_is_the_rest CHECK (net = gross - fee - refunded - disputed)`);
    await runner.query(
      `COMMENT ON COLUMN books.batch.disputed IS 'held back for disputes, less what those that were won gave free'`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Books that tell of disputes cannot do without their kinds.');
  }
}
