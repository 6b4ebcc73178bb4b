import type { Sql } from '#persistence';

/**
 * The balances of all accounts, folded from the entries behind the backs of the postings, which therefore never meet on the
 * row of an account. The cursor is a snapshot: what was visible in it has been folded, whatever committed since has not.
 */
export class BalanceStore {
  constructor(private readonly sql: Sql) {}

  /** False when somebody else is folding. */
  async takeTurn(): Promise<boolean> {
    return (await this.sql.query('SELECT 1 FROM fold_cursor FOR UPDATE SKIP LOCKED')).length > 0;
  }

  /**
   * Folds what this statement sees and the cursor's snapshot did not, and moves the cursor to what this statement sees. Needs
   * the turn, taken by an earlier statement: only so is this one's snapshot later than the cursor's.
   */
  async fold(): Promise<{ readonly entries: number }> {
    const [row] = await this.sql.query<{ entries: bigint }>(
      `WITH bounds AS MATERIALIZED (SELECT folded, pg_current_snapshot() AS present FROM fold_cursor),
       fresh AS MATERIALIZED (
         SELECT account, coalesce(merchant_id::text, acquirer, '') AS owner, currency, count(*) AS entries,
           coalesce(sum(amount) FILTER (WHERE direction = 'debit'), 0) AS debit,
           coalesce(sum(amount) FILTER (WHERE direction = 'credit'), 0) AS credit
         FROM entry
         WHERE xid >= pg_snapshot_xmin((SELECT folded FROM bounds)) AND xid < pg_snapshot_xmax((SELECT present FROM bounds))
           AND NOT pg_visible_in_snapshot(xid, (SELECT folded FROM bounds))
         GROUP BY account, owner, currency
       ), added AS (
         INSERT INTO folded_balance AS earlier (account, owner, currency, debit, credit)
         SELECT account, owner, currency, debit, credit FROM fresh
         ON CONFLICT ON CONSTRAINT folded_balance_pkey
           DO UPDATE SET debit = earlier.debit + excluded.debit, credit = earlier.credit + excluded.credit
       ), moved AS (
         UPDATE fold_cursor SET folded = bounds.present FROM bounds WHERE EXISTS (SELECT 1 FROM fresh)
       )
       SELECT coalesce(sum(entries), 0)::bigint AS entries FROM fresh`,
    );
    return { entries: Number(row?.entries ?? 0n) };
  }
}
