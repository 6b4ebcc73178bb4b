import { beginning } from './lane-cursor.ts';
import type { Sql } from './sql.ts';

export interface BacklogEstimate {
  /** About how many events wait: rolled-back transactions have left gaps in the numbers, and those count too. */
  readonly events: number;
  /** For how long the oldest of them has waited. */
  readonly oldestAgeMs: number;
}

/**
 * Of each lane the first event that its relay has not published, found by the index that the relay itself reads by, and
 * the newest of the log: their distance is the backlog. Counting it would take the longer, the less time there is.
 *
 * A lane that begins again has published all this before, for a stream or consumer that is no more. What is repeated is no
 * backlog; but whoever is new waits behind it, at most since there has been that stream.
 */
const estimateSql = `
  WITH newest AS MATERIALIZED (SELECT seq FROM event ORDER BY seq DESC LIMIT 1)
  SELECT coalesce(max(CASE WHEN begins_again THEN 0 ELSE greatest(1, newest.seq - first.seq + 1) END), 0)::bigint AS events,
    coalesce(max(extract(epoch FROM now() - CASE WHEN begins_again THEN greatest(stream_created, first.occurred_at)
      ELSE first.occurred_at END) * 1000), 0)::float8 AS oldest_age_ms
  FROM generate_series(0, $1::integer - 1) AS n
  CROSS JOIN newest
  LEFT JOIN relay_cursor ON lane = n
  CROSS JOIN LATERAL (
    SELECT coalesce(published, '${beginning}') AS behind,
      coalesce(published::text = '${beginning}' AND stream_created IS NOT NULL, false) AS begins_again
  ) AS place
  CROSS JOIN LATERAL (
    (SELECT seq, occurred_at FROM event
     WHERE publishing IS NULL AND xid >= pg_snapshot_xmin(behind) AND NOT pg_visible_in_snapshot(xid, behind)
       AND shard % $1::integer = n
     ORDER BY xid LIMIT 1)
    UNION ALL
    (SELECT seq, occurred_at FROM event
     WHERE publishing IS NOT NULL AND seq > after_seq AND NOT pg_visible_in_snapshot(xid, behind)
       AND shard % $1::integer = n
     ORDER BY seq LIMIT 1)
  ) AS first`;

/** How far the relay of this schema's log is behind. Cheap enough to be asked twice a second, however far that is. */
export async function estimateBacklog(sql: Sql, lanes: number): Promise<BacklogEstimate> {
  const [row] = await sql.query<{ events: bigint; oldest_age_ms: number }>(estimateSql, [lanes]);
  return { events: Number(row?.events ?? 0n), oldestAgeMs: Math.max(0, Math.round(row?.oldest_age_ms ?? 0)) };
}
