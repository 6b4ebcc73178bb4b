import { idOf, uuidOf, type Id } from '#domain';
import type { Sql } from './sql.ts';

/**
 * Notes the events as handled by this consumer and tells which of them are new, in one statement. A concurrent handler of
 * the same event waits here until the first one has committed or rolled back.
 */
export async function claimEvents(sql: Sql, consumer: string, eventIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql.query<{ event_id: string }>(
    `INSERT INTO inbox (consumer, event_id)
     SELECT $1, event_id FROM unnest($2::uuid[]) AS event_id ORDER BY event_id
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [consumer, eventIds.map((id) => uuidOf(id as Id<'evt'>))],
  );
  return new Set(rows.map((row) => idOf('evt', row.event_id)));
}

/** Takes back what this transaction has claimed and not handled. */
export async function unclaimEvents(sql: Sql, consumer: string, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  await sql.query('DELETE FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])', [
    consumer,
    eventIds.map((id) => uuidOf(id as Id<'evt'>)),
  ]);
}
