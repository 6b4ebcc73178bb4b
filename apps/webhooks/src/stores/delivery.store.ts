import { invariant, uuidOf } from '#domain';
import type { DeliveryStatus, EventId, MerchantId, Verdict, WebhookDeliveryId, WebhookEndpointId } from '#domain';
import type { Sql, TransactionScope } from '#persistence';

export interface NewDelivery {
  readonly merchantId: MerchantId;
  readonly id: WebhookDeliveryId;
  readonly endpointId: WebhookEndpointId;
  readonly eventId: EventId;
  readonly sequence: bigint;
}

/** A delivery in the hands of one who claimed it. The epoch tells whether it still is. */
export interface DeliveryClaim {
  readonly merchantId: MerchantId;
  readonly id: WebhookDeliveryId;
  readonly epoch: number;
}

export interface AttemptRecord {
  readonly at: Date;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly error: string | null;
}

/** A claimed delivery as it stands: it may have been cancelled meanwhile. */
export interface ClaimedDelivery {
  readonly status: DeliveryStatus;
  /** Attempts that have been recorded. */
  readonly attempts: number;
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

  /** Undefined when somebody else has claimed it since. */
  async lock({ merchantId, id, epoch }: DeliveryClaim): Promise<ClaimedDelivery | undefined> {
    const [row] = await this.sql.query<{ status: DeliveryStatus; attempts: number }>(
      'SELECT status, attempts FROM delivery WHERE merchant_id = $1 AND id = $2 AND epoch = $3 FOR NO KEY UPDATE',
      [uuidOf(merchantId), uuidOf(id), epoch],
    );
    return row;
  }

  /** Of a delivery that is locked. `verdict` is null when the delivery was no longer pending: its end stands. */
  async record(
    { merchantId, id }: DeliveryClaim,
    number: number,
    attempt: AttemptRecord,
    verdict: Verdict['delivery'] | null,
  ): Promise<void> {
    const rows = await this.sql.query(
      `WITH attempt AS (
         INSERT INTO delivery_attempt (merchant_id, delivery_id, number, at, duration_ms, response_status, error)
         VALUES ($1, $2, $3, $4, $5, $6, $7))
       UPDATE delivery SET attempts = $3, status = coalesce($8, status),
         next_attempt_at = CASE WHEN $8 IS NULL THEN next_attempt_at ELSE $9::timestamptz END
       WHERE merchant_id = $1 AND id = $2 RETURNING id`,
      [
        uuidOf(merchantId),
        uuidOf(id),
        number,
        attempt.at,
        attempt.durationMs,
        attempt.responseStatus,
        attempt.error,
        verdict?.status ?? null,
        verdict?.nextAttemptAt ?? null,
      ],
    );
    invariant(rows.length === 1, `the delivery ${id} was locked and is not there`);
  }

  /** Gives back a claim without an attempt: whoever looks next may take it. */
  async release({ merchantId, id, epoch }: DeliveryClaim, at: Date): Promise<void> {
    await this.sql.query(
      `UPDATE delivery SET next_attempt_at = $4
       WHERE merchant_id = $1 AND id = $2 AND epoch = $3 AND status = 'pending'`,
      [uuidOf(merchantId), uuidOf(id), epoch, at],
    );
    this.scope.afterCommit(this.due);
  }

  async cancelAll(merchantId: MerchantId, endpointId: WebhookEndpointId): Promise<void> {
    await this.sql.query(
      `UPDATE delivery SET status = 'cancelled', next_attempt_at = NULL
       WHERE merchant_id = $1 AND endpoint_id = $2 AND next_attempt_at IS NOT NULL`,
      [uuidOf(merchantId), uuidOf(endpointId)],
    );
  }
}
