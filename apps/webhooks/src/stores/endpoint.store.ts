import { idOf, uuidOf, type MerchantId, type WebhookEndpointId } from '#domain';
import type { Sql } from '#persistence';

/** An endpoint that takes deliveries. */
export interface ListeningEndpoint {
  readonly merchantId: MerchantId;
  readonly id: WebhookEndpointId;
  /** The types that it asked for. */
  readonly eventTypes: readonly string[];
}

/** Where merchants want their events. */
export class EndpointStore {
  constructor(private readonly sql: Sql) {}

  async listening(merchantIds: Iterable<MerchantId>): Promise<ListeningEndpoint[]> {
    const rows = await this.sql.query<{ merchant_id: string; id: string; event_types: string[] }>(
      `SELECT merchant_id, id, event_types FROM endpoint
       WHERE merchant_id = ANY($1::uuid[]) AND status = 'enabled' ORDER BY merchant_id, id`,
      [[...merchantIds].map(uuidOf)],
    );
    return rows.map((row) => ({
      merchantId: idOf('mer', row.merchant_id),
      id: idOf('whe', row.id),
      eventTypes: row.event_types,
    }));
  }
}
