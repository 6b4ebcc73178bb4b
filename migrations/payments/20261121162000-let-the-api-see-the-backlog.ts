import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The API takes no new payments while events pile up that nobody carries on, so it has to see how far the relay of its log
 * has come. Only that: who holds a lane, and for how long, is the relays' own business.
 */
export class LetTheApiSeeTheBacklog20261121162000 implements MigrationInterface {
  name = 'LetTheApiSeeTheBacklog20261121162000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`GRANT SELECT (${columns}) ON payments.relay_cursor TO quittance_api`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`REVOKE SELECT (${columns}) ON payments.relay_cursor FROM quittance_api`);
  }
}

const columns = 'lane, published, publishing, after_seq, stream_created';
