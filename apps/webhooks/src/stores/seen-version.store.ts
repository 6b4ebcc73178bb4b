import { aggregateKey, invariant, uuidOf, type AggregateKey } from '#domain';
import type { Sql } from '#persistence';

export interface SeenVersion extends AggregateKey {
  readonly version: number;
}

/** The order guard's memory: the last event that was taken of each aggregate. */
export class SeenVersionStore {
  constructor(private readonly sql: Sql) {}

  /** By `aggregateKey`. Aggregates of which nothing was taken are not in it. */
  async of(keys: readonly AggregateKey[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.query<{ place: bigint; version: number }>(
      `SELECT place, version
       FROM unnest($1::uuid[], $2::text[], $3::uuid[]) WITH ORDINALITY AS asked (merchant_id, source, aggregate_id, place)
       JOIN seen_version USING (merchant_id, source, aggregate_id)`,
      columnsOf(keys),
    );
    return new Map(
      rows.map(({ place, version }) => {
        const key = keys[Number(place) - 1];
        invariant(key !== undefined, `nothing was asked at place ${place}`);
        return [aggregateKey(key), version];
      }),
    );
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

function columnsOf(keys: readonly AggregateKey[]): readonly [string[], string[], string[]] {
  return [
    keys.map(({ merchantId }) => uuidOf(merchantId)),
    keys.map(({ source }) => source),
    keys.map(({ aggregateId }) => uuidOf(aggregateId)),
  ];
}
