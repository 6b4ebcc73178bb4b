import type { Sql } from '../sql.ts';

/** Which callbacks of acquirers have been heard: the inbox of what comes over HTTP. */
export class CallbackStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** False when it was heard before. Waits for whoever hears the same just now. */
  async note(acquirer: string, id: string, receivedAt: Date): Promise<boolean> {
    const rows = await this.sql.query<object>(
      `INSERT INTO acquirer_callback (acquirer, id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1`,
      [acquirer, id, receivedAt],
    );
    return rows.length > 0;
  }
}
