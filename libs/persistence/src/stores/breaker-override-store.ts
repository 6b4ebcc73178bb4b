import type { Sql } from '../sql.ts';

/** One operation of one acquirer. */
export interface BreakerKey {
  readonly acquirer: string;
  readonly operation: string;
}

/** A breaker that a person holds open, or held open once. */
export interface BreakerOverride extends BreakerKey {
  readonly openedAt: Date;
  readonly openedBecause: string;
  readonly closedAt: Date | null;
  readonly closedBecause: string | null;
}

interface BreakerOverrideRow {
  acquirer: string;
  operation: string;
  opened_at: Date;
  opened_because: string;
  closed_at: Date | null;
  closed_because: string | null;
}

const columns = 'acquirer, operation, opened_at, opened_because, closed_at, closed_because';

/** The breakers that people hold open. Rows stay when they are closed, as the record of who was kept away and why. */
export class BreakerOverrideStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async held(): Promise<BreakerOverride[]> {
    const rows = await this.sql.query<BreakerOverrideRow>(
      `SELECT ${columns} FROM breaker_override WHERE closed_at IS NULL ORDER BY opened_at`,
    );
    return rows.map(overrideOf);
  }

  /** Holds it, and gives what holds it: the first hold stands, with its reason. */
  async hold(key: BreakerKey, because: string): Promise<BreakerOverride> {
    for (;;) {
      const [row] = await this.sql.query<BreakerOverrideRow>(
        `INSERT INTO breaker_override (acquirer, operation, opened_at, opened_because) VALUES ($1, $2, now(), $3)
         ON CONFLICT DO NOTHING RETURNING ${columns}`,
        [key.acquirer, key.operation, because],
      );
      // Somebody else's, unless it was closed between the two statements.
      const held = row ?? (await this.heldOf(key));
      if (held !== undefined) return overrideOf(held);
    }
  }

  /** Undefined: nobody holds it. */
  async release(key: BreakerKey, because: string): Promise<BreakerOverride | undefined> {
    const [row] = await this.sql.query<BreakerOverrideRow>(
      `UPDATE breaker_override SET closed_at = now(), closed_because = $3
       WHERE acquirer = $1 AND operation = $2 AND closed_at IS NULL RETURNING ${columns}`,
      [key.acquirer, key.operation, because],
    );
    return row && overrideOf(row);
  }

  private async heldOf(key: BreakerKey): Promise<BreakerOverrideRow | undefined> {
    const [row] = await this.sql.query<BreakerOverrideRow>(
      `SELECT ${columns} FROM breaker_override WHERE acquirer = $1 AND operation = $2 AND closed_at IS NULL`,
      [key.acquirer, key.operation],
    );
    return row;
  }
}

function overrideOf(row: BreakerOverrideRow): BreakerOverride {
  return {
    acquirer: row.acquirer,
    operation: row.operation,
    openedAt: row.opened_at,
    openedBecause: row.opened_because,
    closedAt: row.closed_at,
    closedBecause: row.closed_because,
  };
}
