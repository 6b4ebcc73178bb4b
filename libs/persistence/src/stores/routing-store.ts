import { idOf, uuidOf, type MerchantId, type RoutingConfiguration } from '#domain';
import type { Sql } from '../sql.ts';

/** A version of a merchant's configuration, which never changes. */
export interface SavedRouting {
  readonly merchantId: MerchantId;
  /** 1…n for each merchant. */
  readonly version: number;
  readonly configuration: RoutingConfiguration;
  readonly savedAt: Date;
  /** For people: who saved it. */
  readonly savedBy: string;
}

interface RoutingRow {
  merchant_id: string;
  version: number;
  configuration: RoutingConfiguration;
  saved_at: Date;
  saved_by: string;
}

/** Routing configurations of merchants. What is saved has been validated. */
export class RoutingStore {
  private readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  /** As the next version. Two that save at once get one each; the second waits for the first. */
  async save(routing: Omit<SavedRouting, 'version'>): Promise<SavedRouting> {
    for (;;) {
      const [row] = await this.sql.query<{ version: number }>(
        `INSERT INTO routing_configuration (merchant_id, version, configuration, saved_at, saved_by)
         SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM routing_configuration WHERE merchant_id = $1
         ON CONFLICT DO NOTHING RETURNING version`,
        [uuidOf(routing.merchantId), JSON.stringify(routing.configuration), routing.savedAt, routing.savedBy],
      );
      // Somebody else took the number; the next statement sees it.
      if (row !== undefined) return { ...routing, version: row.version };
    }
  }

  async latest(merchantId: MerchantId): Promise<SavedRouting | undefined> {
    const [latest] = await this.list(merchantId, 1);
    return latest;
  }

  async byVersion(merchantId: MerchantId, version: number): Promise<SavedRouting | undefined> {
    const [row] = await this.sql.query<RoutingRow>(
      `SELECT merchant_id, version, configuration, saved_at, saved_by FROM routing_configuration
       WHERE merchant_id = $1 AND version = $2`,
      [uuidOf(merchantId), version],
    );
    return row && savedRoutingOf(row);
  }

  /** The newest first. */
  async list(merchantId: MerchantId, first: number): Promise<SavedRouting[]> {
    const rows = await this.sql.query<RoutingRow>(
      `SELECT merchant_id, version, configuration, saved_at, saved_by FROM routing_configuration
       WHERE merchant_id = $1 ORDER BY version DESC LIMIT $2`,
      [uuidOf(merchantId), first],
    );
    return rows.map(savedRoutingOf);
  }
}

function savedRoutingOf(row: RoutingRow): SavedRouting {
  return {
    merchantId: idOf('mer', row.merchant_id),
    version: row.version,
    configuration: row.configuration,
    savedAt: row.saved_at,
    savedBy: row.saved_by,
  };
}
