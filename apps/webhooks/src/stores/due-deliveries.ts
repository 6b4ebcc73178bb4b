import { idOf, uuidOf } from '#domain';
import type { EventId, WebhookEndpointId } from '#domain';
import type { Sql } from '#persistence';
import type { WebhookSecret } from '#security';
import type { DeliveryClaim } from './delivery.store.ts';

/** A claimed delivery with everything that its attempt needs. */
export interface DueDelivery extends DeliveryClaim {
  readonly endpointId: WebhookEndpointId;
  readonly url: string;
  /** The newest first. */
  readonly secrets: readonly WebhookSecret[];
  readonly eventId: EventId;
  readonly sequence: bigint;
  readonly type: string;
  readonly occurredAt: Date;
  readonly data: unknown;
}

export interface Claiming {
  readonly now: Date;
  /** The end of the lease: by then the outcome is recorded, or the delivery is anybody's again. */
  readonly leasedUntil: Date;
  /** Endpoints that have failed of late stand in a queue of their own, so that healthy ones never stand behind them. */
  readonly failing: boolean;
  readonly deliveriesMax: number;
  readonly perEndpointMax: number;
  /** How many deliveries of each endpoint this process has in hand. */
  readonly inHand: ReadonlyMap<WebhookEndpointId, number>;
}

interface DueRow {
  merchant_id: string;
  id: string;
  epoch: number;
  endpoint_id: string;
  url: string;
  secrets: WebhookSecret[];
  event_id: string;
  sequence: bigint;
  type: string;
  occurred_at: Date;
  data: unknown;
}

/**
 * `place` walks along the index from endpoint to endpoint, so that one with a million waiting deliveries costs as much as
 * one with a single delivery. Of the endpoints with something due those come first that have waited longest, and they share.
 */
const claimText = `
  WITH RECURSIVE place AS (
    (SELECT merchant_id, endpoint_id FROM delivery WHERE next_attempt_at IS NOT NULL
     ORDER BY merchant_id, endpoint_id LIMIT 1)
    UNION ALL
    SELECT following.merchant_id, following.endpoint_id FROM place CROSS JOIN LATERAL (
      SELECT merchant_id, endpoint_id FROM delivery
      WHERE next_attempt_at IS NOT NULL AND (merchant_id, endpoint_id) > (place.merchant_id, place.endpoint_id)
      ORDER BY merchant_id, endpoint_id LIMIT 1) AS following),
  ready AS (
    SELECT endpoint.merchant_id, endpoint.id, $5 - coalesce(busy.deliveries, 0) AS room
    FROM place
    JOIN endpoint ON endpoint.merchant_id = place.merchant_id AND endpoint.id = place.endpoint_id
    LEFT JOIN unnest($6::uuid[], $7::integer[]) AS busy (endpoint_id, deliveries) ON busy.endpoint_id = endpoint.id
    CROSS JOIN LATERAL (
      SELECT next_attempt_at FROM delivery
      WHERE delivery.merchant_id = endpoint.merchant_id AND delivery.endpoint_id = endpoint.id
        AND next_attempt_at IS NOT NULL
      ORDER BY next_attempt_at LIMIT 1) AS oldest
    WHERE endpoint.status = 'enabled' AND (endpoint.failing_since IS NOT NULL) = $3
      AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= $1)
      AND oldest.next_attempt_at <= $1 AND coalesce(busy.deliveries, 0) < $5
    ORDER BY oldest.next_attempt_at LIMIT $4),
  due AS (
    SELECT taken.merchant_id, taken.id FROM ready CROSS JOIN LATERAL (
      SELECT delivery.merchant_id, delivery.id FROM delivery
      WHERE delivery.merchant_id = ready.merchant_id AND delivery.endpoint_id = ready.id AND next_attempt_at <= $1
      ORDER BY next_attempt_at
      LIMIT least(ready.room, greatest(1, $4 / (SELECT count(*) FROM ready)))
      FOR NO KEY UPDATE SKIP LOCKED) AS taken),
  claimed AS (
    UPDATE delivery SET next_attempt_at = $2, epoch = epoch + 1 FROM due
    WHERE delivery.merchant_id = due.merchant_id AND delivery.id = due.id
    RETURNING delivery.merchant_id, delivery.id, delivery.epoch, delivery.endpoint_id, delivery.sequence)
  SELECT claimed.merchant_id, claimed.id, claimed.epoch, claimed.endpoint_id, endpoint.url, event.event_id,
    event.sequence, event.type, event.occurred_at, event.data,
    ARRAY(SELECT secret FROM endpoint_secret AS kept
          WHERE kept.merchant_id = claimed.merchant_id AND kept.endpoint_id = claimed.endpoint_id
          ORDER BY created_at DESC) AS secrets
  FROM claimed
  JOIN endpoint ON endpoint.merchant_id = claimed.merchant_id AND endpoint.id = claimed.endpoint_id
  JOIN merchant_event AS event ON event.merchant_id = claimed.merchant_id AND event.sequence = claimed.sequence`;

/** Claims deliveries whose time has come, in one statement. */
export async function claimDue(sql: Sql, claiming: Claiming): Promise<DueDelivery[]> {
  const { now, leasedUntil, failing, deliveriesMax, perEndpointMax, inHand } = claiming;
  const rows = await sql.query<DueRow>(claimText, [
    now,
    leasedUntil,
    failing,
    deliveriesMax,
    perEndpointMax,
    [...inHand.keys()].map(uuidOf),
    [...inHand.values()],
  ]);
  return rows.map(dueOf);
}

function dueOf(row: DueRow): DueDelivery {
  return {
    merchantId: idOf('mer', row.merchant_id),
    id: idOf('whd', row.id),
    epoch: row.epoch,
    endpointId: idOf('whe', row.endpoint_id),
    url: row.url,
    secrets: row.secrets,
    eventId: idOf('evt', row.event_id),
    sequence: row.sequence,
    type: row.type,
    occurredAt: row.occurred_at,
    data: row.data,
  };
}
