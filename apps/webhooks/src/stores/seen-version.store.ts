import { uuidOf, type Id, type MerchantId } from '#domain';
import type { Sql } from '#persistence';

/** One aggregate of one service, as the order guard tells them apart. */
export interface AggregateKey {
  readonly merchantId: MerchantId;
  /** The service that speaks of it, for example `payments`: each counts by itself. */
  readonly source: string;
  readonly aggregateId: Id<string>;
}

export interface SeenVersion extends AggregateKey {
  readonly version: number;
}

/** The order guard's memory: the last event that was taken of each aggregate. */
export class SeenVersionStore {
  constructor(private readonly sql: Sql) {}

  /** By the text of `aggregateKey`. Aggregates of which nothing was taken are not in it. */
  async of(keys: readonly AggregateKey[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.query<{ merchant_id: string; source: string; aggregate_id: string; version: number }>(
      `SELECT merchant_id, source, aggregate_id, version FROM seen_version
       WHERE (merchant_id, source, aggregate_id) IN (
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]))`,
      columnsOf(keys),
    );
    return new Map(rows.map((row) => [textOf(row.merchant_id, row.source, row.aggregate_id), row.version]));
  }

  /** Each aggregate once. */
  async note(seen: readonly SeenVersion[]): Promise<void> {
    if (seen.length === 0) return;
    await this.sql.query(
      `INSERT INTO seen_version (merchant_id, source, aggregate_id, version)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[]) ORDER BY 1, 2, 3
       ON CONFLICT ON CONSTRAINT seen_version_pkey DO UPDATE SET version = excluded.version`,
      [...columnsOf(seen), seen.map(({ version }) => version)],
    );
  }
}

/** What the versions of an aggregate are kept by in memory. */
export function aggregateKey({ merchantId, source, aggregateId }: AggregateKey): string {
  return textOf(uuidOf(merchantId), source, uuidOf(aggregateId));
}

function textOf(...parts: readonly [merchant: string, source: string, aggregate: string]): string {
  return parts.join(' ');
}

function columnsOf(keys: readonly AggregateKey[]): readonly [string[], string[], string[]] {
  return [
    keys.map(({ merchantId }) => uuidOf(merchantId)),
    keys.map(({ source }) => source),
    keys.map(({ aggregateId }) => uuidOf(aggregateId)),
  ];
}
