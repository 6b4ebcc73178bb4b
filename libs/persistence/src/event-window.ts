import type { LoggedEvent } from '#contracts';
import { idOf } from '#domain';
import type { DataSource } from 'typeorm';
import { sqlOf } from './data-source.ts';
import type { Sql } from './sql.ts';

/** How far a lane has got. Snapshots are opaque texts of PostgreSQL's `pg_snapshot`. */
export interface LaneCursor {
  readonly lane: number;
  readonly version: bigint;
  readonly epoch: bigint;
  /** Every event visible in this snapshot has been published. */
  readonly published: string;
  /** The end of the window being worked on, null between windows. */
  readonly publishing: string | null;
  /** Within that window everything up to here has been published. */
  readonly afterSeq: bigint;
  /** Identity of the stream that was published to, and the last position there. */
  readonly streamCreated: Date | null;
  readonly streamSeq: bigint;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** The cursor after these events have been published. */
  readonly next: LaneCursor;
}

/** A snapshot that sees nothing: ordinary transaction ids begin at 3. */
const beginning = '3:3:';

interface CursorRow {
  lane: number;
  version: bigint;
  epoch: bigint;
  published: string;
  publishing: string | null;
  after_seq: bigint;
  stream_created: Date | null;
  stream_seq: bigint;
}

interface WindowRow {
  window_end: string;
  seq: bigint | null;
  event_id: string;
  merchant_id: string;
  shard: number;
  aggregate_type: string;
  aggregate_id: string;
  aggregate_version: number;
  type: string;
  schema_version: number;
  payload: string;
  trace: string | null;
  occurred_at: Date;
}

/** The public prefix of an aggregate's ids. */
const prefixOfAggregate: Readonly<Record<string, string>> = { payment: 'pay', batch: 'bat' };

const cursorColumns = 'lane, version, epoch, published::text, publishing::text, after_seq, stream_created, stream_seq';

/**
 * Reads a service's event log by snapshot windows: the rows that were not visible in the previous snapshot and are in
 * this one, in `seq` order. A plain `seq > last` loses whoever took a number early and committed late; the well-known
 * `xid < xmin` gate reorders a payment whose transaction got its id before it got the row lock.
 */
export class EventWindow {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = sqlOf(dataSource);
  }

  /** Takes or keeps the lane for `leaseMs`; undefined while somebody else holds it. Lease time is the database's. */
  async acquire(lane: number, owner: string, leaseMs: number): Promise<LaneCursor | undefined> {
    await this.sql.query('INSERT INTO relay_cursor (lane) VALUES ($1) ON CONFLICT DO NOTHING', [lane]);
    const [row] = await this.sql.query<CursorRow>(
      `UPDATE relay_cursor SET epoch = epoch + (owner IS DISTINCT FROM $2)::int, version = version + 1, owner = $2,
         lease_until = now() + make_interval(secs => $3::float8 / 1000)
       WHERE lane = $1 AND (owner = $2 OR lease_until < now())
       RETURNING ${cursorColumns}`,
      [lane, owner, leaseMs],
    );
    return row && cursorOf(row);
  }

  /** Lets the lane go at once, so that another relay need not wait for the lease to end. */
  async release(lane: number, owner: string): Promise<void> {
    await this.sql.query(`UPDATE relay_cursor SET lease_until = '-infinity' WHERE lane = $1 AND owner = $2`, [
      lane,
      owner,
    ]);
  }

  async read(cursor: LaneCursor, shards: readonly number[], limit: number): Promise<EventPage> {
    const rows = await this.sql.query<WindowRow>(
      `WITH bounds AS MATERIALIZED (SELECT coalesce($2::pg_snapshot, pg_current_snapshot()) AS window_end)
       SELECT bounds.window_end::text, fresh.* FROM bounds LEFT JOIN LATERAL (
         SELECT seq, event_id, merchant_id, shard, aggregate_type, aggregate_id, aggregate_version, type,
           schema_version, payload, trace, occurred_at
         FROM event
         WHERE xid >= pg_snapshot_xmin($1::pg_snapshot) AND xid < pg_snapshot_xmax(bounds.window_end)
           AND NOT pg_visible_in_snapshot(xid, $1::pg_snapshot) AND pg_visible_in_snapshot(xid, bounds.window_end)
           AND seq > $3 AND shard = ANY ($4::smallint[])
         ORDER BY seq LIMIT $5
       ) fresh ON true`,
      [cursor.published, cursor.publishing, cursor.afterSeq, shards, limit],
    );
    const windowEnd = rows[0]?.window_end ?? cursor.published;
    const events = rows.filter((row) => row.seq !== null).map(eventOf);
    const last = rows.at(-1)?.seq ?? null;
    const more = events.length === limit && last !== null;
    return {
      events,
      next: more
        ? { ...cursor, publishing: windowEnd, afterSeq: last }
        : { ...cursor, published: windowEnd, publishing: null, afterSeq: 0n },
    };
  }

  /** Stores the cursor and prolongs the lease; undefined when somebody else has moved it, and then nothing was changed. */
  async advance(cursor: LaneCursor, owner: string, leaseMs: number): Promise<LaneCursor | undefined> {
    const [row] = await this.sql.query<CursorRow>(
      `UPDATE relay_cursor SET published = $4::pg_snapshot, publishing = $5::pg_snapshot, after_seq = $6,
         stream_created = $7, stream_seq = $8, version = version + 1,
         lease_until = now() + make_interval(secs => $9::float8 / 1000)
       WHERE lane = $1 AND owner = $2 AND version = $3
       RETURNING ${cursorColumns}`,
      [
        cursor.lane,
        owner,
        cursor.version,
        cursor.published,
        cursor.publishing,
        cursor.afterSeq,
        cursor.streamCreated,
        cursor.streamSeq,
        leaseMs,
      ],
    );
    return row && cursorOf(row);
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
      `SELECT count(*) AS unpublished, (extract(epoch FROM now() - min(occurred_at)) * 1000)::float8 AS oldest_age_ms
       FROM event, (SELECT min(pg_snapshot_xmin(published)::text::bigint)::text::xid8 AS xid FROM relay_cursor) AS horizon
       WHERE event.xid >= horizon.xid AND NOT EXISTS (
         SELECT 1 FROM relay_cursor
         WHERE lane = event.shard % $1 AND (pg_visible_in_snapshot(event.xid, published)
            OR (publishing IS NOT NULL AND event.seq <= after_seq AND pg_visible_in_snapshot(event.xid, publishing))))`,
      [lanes],
    );
    return {
      unpublished: Number(row?.unpublished ?? 0n),
      oldestAgeMs: Math.max(0, Math.round(row?.oldest_age_ms ?? 0)),
    };
  }
}

function cursorOf(row: CursorRow): LaneCursor {
  return {
    lane: row.lane,
    version: row.version,
    epoch: row.epoch,
    published: row.published,
    publishing: row.publishing,
    afterSeq: row.after_seq,
    streamCreated: row.stream_created,
    streamSeq: row.stream_seq,
  };
}

function eventOf(row: WindowRow): LoggedEvent {
  return {
    seq: String(row.seq),
    id: idOf('evt', row.event_id),
    merchantId: idOf('mer', row.merchant_id),
    shard: row.shard,
    aggregateType: row.aggregate_type,
    aggregateId: idOf(prefixOfAggregate[row.aggregate_type] ?? row.aggregate_type, row.aggregate_id),
    aggregateVersion: row.aggregate_version,
    type: row.type,
    schemaVersion: row.schema_version,
    payload: row.payload,
    traceparent: row.trace,
    occurredAt: row.occurred_at,
  };
}
