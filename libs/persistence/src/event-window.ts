import type { LoggedEvent } from '#contracts';
import type { DataSource } from 'typeorm';
import { sqlOf } from './data-source.ts';
import { acquireLane, advanceLane, beginning, releaseLane, type LaneCursor } from './lane-cursor.ts';
import { loggedEventColumns, loggedEventOf, type LoggedEventRow } from './logged-event-row.ts';
import type { Sql } from './sql.ts';
import { UnitOfWork } from './unit-of-work.ts';

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** The cursor after these events have been published. */
  readonly next: LaneCursor;
}

/** Without events there is one row, which tells no more than where the window ends. */
type WindowRow = { window_end: string } & (LoggedEventRow | { seq: null });

/**
 * Events that are new since `published` ($1), seen from the end of the window. Behind `OR`: rows that a restored dump has
 * brought along carry ids that this database has not given out yet; a lane that begins again publishes them.
 */
const isInWindow = `NOT pg_visible_in_snapshot(xid, $1::pg_snapshot)
  AND (pg_visible_in_snapshot(xid, window_end)
    OR ($1::pg_snapshot::text = '${beginning}' AND xid >= pg_snapshot_xmax(pg_current_snapshot())))`;

/**
 * A new window: found by transaction id, because what is new is a thin layer on an old log. The sum keeps the planner from
 * walking the whole log in order of `seq` instead.
 */
const openWindowSql = `
  WITH bounds AS MATERIALIZED (SELECT pg_current_snapshot() AS window_end)
  SELECT window_end::text, fresh.* FROM bounds LEFT JOIN LATERAL (
    SELECT ${loggedEventColumns} FROM event
    WHERE xid >= pg_snapshot_xmin($1::pg_snapshot) AND ${isInWindow} AND shard = ANY ($2::smallint[])
    ORDER BY seq + 0 LIMIT $3
  ) fresh ON true`;

/**
 * Further pages of a window: found by `seq`, each from where the last one ended. By transaction id every page of a long
 * window, after an outage or a rewind, would sort all of it again. It runs behind `walkInOrderSql`.
 */
const continueWindowSql = `
  WITH bounds AS MATERIALIZED (SELECT coalesce($4::pg_snapshot, pg_current_snapshot()) AS window_end)
  SELECT window_end::text, fresh.* FROM bounds LEFT JOIN LATERAL (
    SELECT ${loggedEventColumns} FROM event
    WHERE seq > $5 AND ${isInWindow} AND shard = ANY ($2::smallint[])
    ORDER BY seq LIMIT $3
  ) fresh ON true`;

/**
 * Statistics are older than the end of the log: after an analyze of a few hundred events the planner takes all that has come
 * behind them for a handful, and would fetch and sort the whole rest for each page. For the length of a transaction these
 * leave it the walk along the index, which ends with the page.
 */
const walkInOrderSql = `SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`;

/**
 * Reads a service's event log by snapshot windows: the rows that were not visible in the previous snapshot and are in
 * this one, in `seq` order. A plain `seq > last` loses whoever took a number early and committed late; the well-known
 * `xid < xmin` gate reorders a payment whose transaction got its id before it got the row lock.
 */
export class EventWindow {
  private readonly sql: Sql;
  private readonly walk: UnitOfWork<object>;

  constructor(dataSource: DataSource) {
    this.sql = sqlOf(dataSource);
    this.walk = new UnitOfWork(dataSource, () => ({}));
  }

  /** Takes or keeps the lane for `leaseMs`; undefined while somebody else holds it. */
  acquire(lane: number, owner: string, leaseMs: number): Promise<LaneCursor | undefined> {
    return acquireLane(this.sql, lane, owner, leaseMs);
  }

  release(lane: number, owner: string): Promise<void> {
    return releaseLane(this.sql, lane, owner);
  }

  /** Stores the cursor and prolongs the lease; undefined when somebody else has moved it. */
  advance(cursor: LaneCursor, owner: string, leaseMs: number): Promise<LaneCursor | undefined> {
    return advanceLane(this.sql, cursor, owner, leaseMs);
  }

  /** The next events after the cursor. There is always one in a page of a window that an earlier page began. */
  async read(cursor: LaneCursor, shards: readonly number[], limit: number): Promise<EventPage> {
    // One more than asked for tells whether this page ends the window.
    const known = [cursor.published, shards, limit + 1];
    const opensThinWindow = cursor.publishing === null && cursor.published !== beginning;
    const rows = opensThinWindow
      ? await this.sql.query<WindowRow>(openWindowSql, known)
      : await this.continueWindow([...known, cursor.publishing, cursor.afterSeq]);

    const windowEnd = rows[0]?.window_end ?? cursor.published;
    const found = rows.filter((row) => row.seq !== null);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const next =
      found.length > limit && last !== undefined
        ? { ...cursor, publishing: windowEnd, afterSeq: last.seq }
        : { ...cursor, published: windowEnd, publishing: null, afterSeq: 0n };
    return { events: page.map(loggedEventOf), next };
  }

  private continueWindow(values: readonly unknown[]): Promise<WindowRow[]> {
    return this.walk.run(async ({ sql }) => {
      await sql.query(walkInOrderSql);
      return sql.query<WindowRow>(continueWindowSql, values);
    });
  }

  /** The cursor that publishes the whole log once more: the stream was made anew, or lost its end. */
  rewind(cursor: LaneCursor, stream: { readonly created: Date; readonly lastSeq: bigint }): LaneCursor {
    return {
      ...cursor,
      published: beginning,
      publishing: null,
      afterSeq: 0n,
      streamCreated: stream.created,
      streamSeq: stream.lastSeq,
    };
  }

  /** How much of the log its lane has not published yet, and the age of the oldest of it. Lane i of n holds the shards ≡ i (mod n). */
  async backlog(lanes: number): Promise<{ readonly unpublished: number; readonly oldestAgeMs: number }> {
    const [row] = await this.sql.query<{ unpublished: bigint; oldest_age_ms: number | null }>(
      `WITH horizon AS (
         SELECT (CASE WHEN count(*) = $1 THEN min(pg_snapshot_xmin(published)::text::bigint) ELSE 0 END)::text::xid8 AS xid
         FROM relay_cursor WHERE lane < $1)
       SELECT count(*) AS unpublished, (extract(epoch FROM now() - min(occurred_at)) * 1000)::float8 AS oldest_age_ms
       FROM event, horizon
       WHERE event.xid >= horizon.xid AND NOT EXISTS (
         SELECT 1 FROM relay_cursor
         WHERE lane = event.shard % $1::integer AND (pg_visible_in_snapshot(event.xid, published)
            OR (publishing IS NOT NULL AND event.seq <= after_seq AND pg_visible_in_snapshot(event.xid, publishing))))`,
      [lanes],
    );
    return {
      unpublished: Number(row?.unpublished ?? 0n),
      oldestAgeMs: Math.max(0, Math.round(row?.oldest_age_ms ?? 0)),
    };
  }
}
