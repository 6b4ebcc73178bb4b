import {
  observe,
  type AcquirerPerformance,
  type Observation,
  type PerformanceStatistics,
  type Segment,
  type SegmentPerformance,
} from '#domain';
import { columnsOf } from '../columns.ts';
import type { Sql } from '../sql.ts';

interface PerformanceRow {
  segment: Segment;
  acquirer: string;
  successes: number;
  failures: number;
  recent_successes: number;
  recent_failures: number;
}

/** How acquirers perform, as all processes together have observed it. */
export class PerformanceStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async read(): Promise<PerformanceStatistics> {
    return statisticsOf(await this.sql.query<PerformanceRow>(`${selectPerformance} ORDER BY segment, acquirer`));
  }

  async readSegment(segment: Segment): Promise<PerformanceStatistics> {
    return statisticsOf(await this.sql.query<PerformanceRow>(`${selectPerformance} WHERE segment = $1`, [segment]));
  }

  /**
   * Adds observations in their order and answers with all that is known then, of other processes as well. Within a
   * transaction of its own: whoever else adds at this moment waits until it ends.
   */
  async observe(observations: readonly Observation[]): Promise<PerformanceStatistics> {
    if (observations.length > 0) {
      // A row that is not there yet cannot be locked. Those who read do not wait.
      await this.sql.query('LOCK TABLE acquirer_performance IN SHARE ROW EXCLUSIVE MODE');
    }
    const statistics = observations.reduce(observe, await this.read());
    const touched = new Set(observations.map(({ segment }) => segment));
    await this.write([...statistics].filter(([segment]) => touched.has(segment)));
    return statistics;
  }

  private async write(segments: readonly (readonly [Segment, SegmentPerformance])[]): Promise<void> {
    const rows = segments.flatMap(([segment, acquirers]) =>
      [...acquirers].map(([acquirer, known]) => [segment, acquirer, ...columnsOfPerformance(known)]),
    );
    if (rows.length === 0) return;
    await this.sql.query(
      `INSERT INTO acquirer_performance (segment, acquirer, successes, failures, recent_successes, recent_failures,
         observed_at)
       SELECT observed.*, now()
       FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[]) AS observed
       ON CONFLICT (segment, acquirer) DO UPDATE SET successes = excluded.successes, failures = excluded.failures,
         recent_successes = excluded.recent_successes, recent_failures = excluded.recent_failures,
         observed_at = excluded.observed_at`,
      columnsOf(rows),
    );
  }
}

const selectPerformance =
  'SELECT segment, acquirer, successes, failures, recent_successes, recent_failures FROM acquirer_performance';

function columnsOfPerformance({ successes, failures, recent }: AcquirerPerformance): number[] {
  return [successes, failures, recent.successes, recent.failures];
}

function statisticsOf(rows: readonly PerformanceRow[]): PerformanceStatistics {
  const statistics = new Map<Segment, Map<string, AcquirerPerformance>>();
  for (const row of rows) {
    const segment = statistics.get(row.segment) ?? new Map<string, AcquirerPerformance>();
    statistics.set(row.segment, segment);
    segment.set(row.acquirer, {
      successes: row.successes,
      failures: row.failures,
      recent: { successes: row.recent_successes, failures: row.recent_failures },
    });
  }
  return statistics;
}
