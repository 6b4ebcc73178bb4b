import { uuidV7 } from '#domain';
import type { Sql } from './sql.ts';

/** Two weeks: an upkeep that fails unnoticed over a holiday sends no event to the default partition. */
const daysAhead = 14;
/**
 * What a consumer can be refilled from, and how far back support looks at what was said when. Older facts live on in
 * the tables that they led to: payments, books, feed.
 */
const eventDaysKept = 90;
/** A stream that was lost is refilled from the log, so the inbox has to know every event that may still be in some log. */
const inboxDaysKept = eventDaysKept + 30;
/** A batch locks and writes for some ten milliseconds. */
const inboxBatch = 5_000;

const dayMs = 24 * 3_600 * 1_000;

/** Makes the log's partitions of the coming weeks and drops those that are old and published. */
export async function keepEventPartitions(sql: Sql): Promise<void> {
  await sql.query('SELECT keep_event_partitions($1, $2)', [daysAhead, eventDaysKept]);
}

/** Forgets handled events that no log holds any more. Found by their ids, which begin with their time. */
export async function clearInbox(sql: Sql, consumer: string, now: Date): Promise<number> {
  const oldestKept = uuidV7(now.getTime() - inboxDaysKept * dayMs, new Uint8Array(10));
  let cleared = 0;
  for (;;) {
    const rows = await sql.query<{ event_id: string }>(
      `DELETE FROM inbox WHERE consumer = $1 AND event_id IN (
         SELECT event_id FROM inbox WHERE consumer = $1 AND event_id < $2 LIMIT $3) RETURNING event_id`,
      [consumer, oldestKept, inboxBatch],
    );
    cleared += rows.length;
    if (rows.length < inboxBatch) return cleared;
  }
}
