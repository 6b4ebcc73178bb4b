import { idOf, invariant, uuidOf } from '#domain';
import type { EndpointStatus, MerchantId, Verdict, WebhookEndpointId } from '#domain';
import type { Sql } from '#persistence';
import type { WebhookSecret } from '#security';

/** Where a merchant wants which events. */
export interface Endpoint {
  readonly merchantId: MerchantId;
  readonly id: WebhookEndpointId;
  readonly url: string;
  /** The types that it asked for. */
  readonly eventTypes: readonly string[];
  readonly status: EndpointStatus;
  readonly createdAt: Date;
}

/** What has come of the deliveries to an endpoint of late. */
export interface EndpointHealth {
  readonly status: EndpointStatus;
  /** Null while it takes what it gets. */
  readonly failingSince: Date | null;
}

interface EndpointRow {
  merchant_id: string;
  id: string;
  url: string;
  event_types: string[];
  status: EndpointStatus;
  created_at: Date;
}

const endpointColumns = 'merchant_id, id, url, event_types, status, created_at';

export class EndpointStore {
  constructor(private readonly sql: Sql) {}

  /** Those that take deliveries. */
  async listening(merchantIds: Iterable<MerchantId>): Promise<Endpoint[]> {
    const rows = await this.sql.query<EndpointRow>(
      `SELECT ${endpointColumns} FROM endpoint
       WHERE merchant_id = ANY($1::uuid[]) AND status = 'enabled' ORDER BY merchant_id, id`,
      [[...merchantIds].map(uuidOf)],
    );
    return rows.map(endpointOf);
  }

  /** How many the merchant has, whether they take deliveries or not. */
  async countOf(merchantId: MerchantId): Promise<number> {
    const [row] = await this.sql.query<{ endpoints: number }>(
      'SELECT count(*)::integer AS endpoints FROM endpoint WHERE merchant_id = $1 AND deleted_at IS NULL',
      [uuidOf(merchantId)],
    );
    return row?.endpoints ?? 0;
  }

  async add({ merchantId, id, url, eventTypes, status, createdAt }: Endpoint, secret: WebhookSecret): Promise<void> {
    await this.sql.query(
      `WITH added AS (
         INSERT INTO endpoint (merchant_id, id, url, event_types, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING merchant_id, id, created_at)
       INSERT INTO endpoint_secret (merchant_id, endpoint_id, created_at, secret) SELECT added.*, $7 FROM added`,
      [uuidOf(merchantId), uuidOf(id), url, [...eventTypes], status, createdAt, secret],
    );
  }

  /**
   * The endpoint as it then stands, without its secrets; undefined when there is none. One that has been deleted before
   * keeps the time of its deletion.
   */
  async delete(merchantId: MerchantId, id: WebhookEndpointId, at: Date): Promise<Endpoint | undefined> {
    const [row] = await this.sql.query<EndpointRow>(
      `UPDATE endpoint SET deleted_at = coalesce(deleted_at, $3),
         status = CASE status WHEN 'enabled' THEN 'disabled' ELSE status END
       WHERE merchant_id = $1 AND id = $2 RETURNING ${endpointColumns}`,
      [uuidOf(merchantId), uuidOf(id), at],
    );
    if (row === undefined) return undefined;
    await this.sql.query('DELETE FROM endpoint_secret WHERE merchant_id = $1 AND endpoint_id = $2', [
      uuidOf(merchantId),
      uuidOf(id),
    ]);
    return endpointOf(row);
  }

  async health(merchantId: MerchantId, id: WebhookEndpointId): Promise<EndpointHealth> {
    return this.readHealth(merchantId, id, '');
  }

  /** Its health until the transaction ends; nobody else judges it meanwhile. */
  async lockHealth(merchantId: MerchantId, id: WebhookEndpointId): Promise<EndpointHealth> {
    return this.readHealth(merchantId, id, 'FOR NO KEY UPDATE');
  }

  /** A pause that it asked for earlier and that lasts longer stays. */
  async judge(merchantId: MerchantId, id: WebhookEndpointId, verdict: Verdict['endpoint']): Promise<void> {
    await this.sql.query(
      `UPDATE endpoint SET status = $3, failing_since = $4, paused_until = greatest(paused_until, $5)
       WHERE merchant_id = $1 AND id = $2`,
      [uuidOf(merchantId), uuidOf(id), verdict.status, verdict.failingSince, verdict.pausedUntil],
    );
  }

  private async readHealth(
    merchantId: MerchantId,
    id: WebhookEndpointId,
    lock: '' | 'FOR NO KEY UPDATE',
  ): Promise<EndpointHealth> {
    const [row] = await this.sql.query<{ status: EndpointStatus; failing_since: Date | null }>(
      `SELECT status, failing_since FROM endpoint WHERE merchant_id = $1 AND id = $2 ${lock}`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    invariant(row !== undefined, `there is no endpoint ${id}, and yet something was sent to it`);
    return { status: row.status, failingSince: row.failing_since };
  }
}

function endpointOf(row: EndpointRow): Endpoint {
  return {
    merchantId: idOf('mer', row.merchant_id),
    id: idOf('whe', row.id),
    url: row.url,
    eventTypes: row.event_types,
    status: row.status,
    createdAt: row.created_at,
  };
}
