import { uuidOf, type Journal } from '#domain';
import type { Sql } from '#persistence';

export interface DatedJournal {
  readonly journal: Journal;
  readonly occurredAt: Date;
}

/** The books: only ever added to. */
export class JournalStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Writes journals with their entries; those that are there already stay as they are. The database refuses a journal that
   * does not balance in each currency (`journal_balanced`).
   */
  async post(dated: readonly DatedJournal[]): Promise<void> {
    const entries = dated.flatMap(({ journal }) =>
      journal.entries.map((entry, index) => ({ eventId: journal.eventId, line: index + 1, ...entry })),
    );
    await this.sql.query(
      `WITH posted AS (
         INSERT INTO journal (event_id, kind, occurred_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[])
         ON CONFLICT ON CONSTRAINT journal_pkey DO NOTHING
         RETURNING event_id
       )
       INSERT INTO entry (event_id, line, account, merchant_id, acquirer, direction, amount, currency)
       SELECT line.* FROM unnest($4::uuid[], $5::smallint[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::bigint[],
         $11::text[]) AS line (event_id, number, account, merchant_id, acquirer, direction, amount, currency)
       JOIN posted USING (event_id)`,
      [
        dated.map(({ journal }) => uuidOf(journal.eventId)),
        dated.map(({ journal }) => journal.kind),
        dated.map(({ occurredAt }) => occurredAt),
        entries.map((entry) => uuidOf(entry.eventId)),
        entries.map((entry) => entry.line),
        entries.map((entry) => entry.account),
        entries.map((entry) => (entry.merchantId === undefined ? null : uuidOf(entry.merchantId))),
        entries.map((entry) => entry.acquirer ?? null),
        entries.map((entry) => entry.direction),
        entries.map((entry) => entry.amount.minor),
        entries.map((entry) => entry.amount.currency),
      ],
    );
  }
}
