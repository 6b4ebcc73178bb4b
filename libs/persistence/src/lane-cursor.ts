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

/** A snapshot that sees nothing: ordinary transaction ids begin at 3. */
export const beginning = '3:3:';

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

const cursorColumns = 'lane, version, epoch, published::text, publishing::text, after_seq, stream_created, stream_seq';

/**
 * A database that was restored from a dump, or failed over to by logical replication, counts transactions anew: events
 * of small ids would pass for published long ago. Such a lane begins again.
 */
const isOfAnotherDatabase =
  'pg_snapshot_xmax(coalesce(publishing, published)) > pg_snapshot_xmax(pg_current_snapshot())';

/** Takes or keeps the lane for `leaseMs`; undefined while somebody else holds it. Lease time is the database's. */
export async function acquireLane(
  sql: Sql,
  lane: number,
  owner: string,
  leaseMs: number,
): Promise<LaneCursor | undefined> {
  await sql.query('INSERT INTO relay_cursor (lane) VALUES ($1) ON CONFLICT DO NOTHING', [lane]);
  const [row] = await sql.query<CursorRow>(
    `UPDATE relay_cursor SET epoch = epoch + (owner IS DISTINCT FROM $2)::int, version = version + 1, owner = $2,
       lease_until = now() + make_interval(secs => $3::float8 / 1000),
       published = CASE WHEN ${isOfAnotherDatabase} THEN '${beginning}' ELSE published END,
       publishing = CASE WHEN ${isOfAnotherDatabase} THEN NULL ELSE publishing END,
       after_seq = CASE WHEN ${isOfAnotherDatabase} THEN 0 ELSE after_seq END
     WHERE lane = $1 AND (owner = $2 OR lease_until < now())
     RETURNING ${cursorColumns}`,
    [lane, owner, leaseMs],
  );
  return row && cursorOf(row);
}

/** Lets the lane go at once, so that another relay need not wait for the lease to end. */
export async function releaseLane(sql: Sql, lane: number, owner: string): Promise<void> {
  await sql.query(`UPDATE relay_cursor SET lease_until = '-infinity' WHERE lane = $1 AND owner = $2`, [lane, owner]);
}

/** Stores the cursor and prolongs the lease; undefined when somebody else has moved it, and then nothing was changed. */
export async function advanceLane(
  sql: Sql,
  cursor: LaneCursor,
  owner: string,
  leaseMs: number,
): Promise<LaneCursor | undefined> {
  const [row] = await sql.query<CursorRow>(
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
