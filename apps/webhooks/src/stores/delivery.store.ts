import { uuidOf } from '#domain';
import type { EventId, MerchantId, WebhookDeliveryId, WebhookEndpointId } from '#domain';
import type { Sql, TransactionScope } from '#persistence';

export interface NewDelivery {
  readonly merchantId: MerchantId;
  readonly id: WebhookDeliveryId;
  readonly endpointId: WebhookEndpointId;
  readonly eventId: EventId;
  readonly sequence: bigint;
}

/** What is to be sent to whom, and what became of it. */
export class DeliveryStore {
  private readonly sql: Sql;

  /** `due` is called after the commit of deliveries that wait for nothing. */
  constructor(
    private readonly scope: TransactionScope,
    private readonly due: () => void,
  ) {
    this.sql = scope.sql;
  }

  /** The first attempt is due at once. */
  async add(deliveries: readonly NewDelivery[], at: Date): Promise<void> {
    if (deliveries.length === 0) return;
    await this.sql.query(
      `INSERT INTO delivery (merchant_id, id, endpoint_id, event_id, sequence, status, next_attempt_at, created_at)
       SELECT delivery.*, 'pending', $6::timestamptz, $6::timestamptz
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) AS delivery`,
      [
        deliveries.map(({ merchantId }) => uuidOf(merchantId)),
        deliveries.map(({ id }) => uuidOf(id)),
        deliveries.map(({ endpointId }) => uuidOf(endpointId)),
        deliveries.map(({ eventId }) => uuidOf(eventId)),
        deliveries.map(({ sequence }) => sequence),
        at,
      ],
    );
    this.scope.afterCommit(this.due);
  }
}
