import { Inject, Injectable } from '@nestjs/common';
import { idOf, uuidOf, type EventId, type MerchantId, type WebhookDeliveryId, type WebhookEndpointId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { Conditions } from './conditions.ts';
import { pageOf, type Page, type PageRequest } from './page.ts';

export interface EndpointRecord {
  readonly id: WebhookEndpointId;
  readonly url: string;
  readonly status: 'enabled' | 'disabled' | 'disabled_by_failures';
  readonly eventTypes: readonly string[];
  readonly createdAt: Date;
}

export interface DeliveryRecord {
  readonly id: WebhookDeliveryId;
  readonly eventId: EventId;
  readonly status: 'pending' | 'delivered' | 'exhausted' | 'cancelled';
  readonly nextAttemptAt: Date | null;
}

export interface DeliveryAttemptRecord {
  readonly deliveryId: WebhookDeliveryId;
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly error: string | null;
}

interface EndpointRow {
  id: string;
  url: string;
  status: EndpointRecord['status'];
  event_types: string[];
  created_at: Date;
}

interface DeliveryRow {
  id: string;
  event_id: string;
  status: DeliveryRecord['status'];
  next_attempt_at: Date | null;
}

interface DeliveryAttemptRow {
  delivery_id: string;
  number: number;
  at: Date;
  duration_ms: number;
  response_status: number | null;
  error: string | null;
}

const endpointColumns = 'id, url, status, event_types, created_at';
const deliveryColumns = 'id, event_id, status, next_attempt_at';

/** Webhook endpoints and deliveries, which the webhooks service writes and this one may read, secrets apart. */
@Injectable()
export class WebhookReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  /** The oldest first. There are few of them, and deleted ones are not there. */
  async endpoints(merchantId: MerchantId): Promise<EndpointRecord[]> {
    const rows = await this.sql.query<EndpointRow>(
      `SELECT ${endpointColumns} FROM feed.endpoint WHERE merchant_id = $1 AND deleted_at IS NULL ORDER BY id`,
      [uuidOf(merchantId)],
    );
    return rows.map(endpointOf);
  }

  async endpoint(merchantId: MerchantId, id: WebhookEndpointId): Promise<EndpointRecord | undefined> {
    const [row] = await this.sql.query<EndpointRow>(
      `SELECT ${endpointColumns} FROM feed.endpoint WHERE merchant_id = $1 AND id = $2 AND deleted_at IS NULL`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && endpointOf(row);
  }

  async delivery(merchantId: MerchantId, id: WebhookDeliveryId): Promise<DeliveryRecord | undefined> {
    const [row] = await this.sql.query<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM feed.delivery WHERE merchant_id = $1 AND id = $2`,
      [uuidOf(merchantId), uuidOf(id)],
    );
    return row && deliveryOf(row);
  }

  /** The newest first: who looks at deliveries looks for what just happened. */
  async deliveries(
    merchantId: MerchantId,
    endpointId: WebhookEndpointId,
    request: PageRequest<WebhookDeliveryId>,
  ): Promise<Page<DeliveryRecord>> {
    const conditions = new Conditions()
      .add('merchant_id = ?', uuidOf(merchantId))
      .add('endpoint_id = ?', uuidOf(endpointId))
      .addIf('id < ?', request.after && uuidOf(request.after))
      .addIf('id > ?', request.before && uuidOf(request.before));
    const limit = conditions.placeholderOf(request.size + 1);
    const rows = await this.sql.query<DeliveryRow>(
      `SELECT ${deliveryColumns} FROM feed.delivery WHERE ${conditions.text}
       ORDER BY id ${request.from === 'start' ? 'DESC' : 'ASC'} LIMIT ${limit}`,
      conditions.values,
    );
    return pageOf(rows.map(deliveryOf), request);
  }

  /** Of many deliveries of one merchant at once, each in the order in which they were made. */
  async attempts(merchantId: MerchantId, deliveryIds: readonly WebhookDeliveryId[]): Promise<DeliveryAttemptRecord[]> {
    const rows = await this.sql.query<DeliveryAttemptRow>(
      `SELECT delivery_id, number, at, duration_ms, response_status, error FROM feed.delivery_attempt
       WHERE merchant_id = $1 AND delivery_id = ANY($2::uuid[]) ORDER BY delivery_id, number`,
      [uuidOf(merchantId), deliveryIds.map(uuidOf)],
    );
    return rows.map((row) => ({
      deliveryId: idOf('whd', row.delivery_id),
      number: row.number,
      at: row.at,
      durationMs: row.duration_ms,
      responseStatus: row.response_status,
      error: row.error,
    }));
  }
}

function endpointOf(row: EndpointRow): EndpointRecord {
  return {
    id: idOf('whe', row.id),
    url: row.url,
    status: row.status,
    eventTypes: row.event_types,
    createdAt: row.created_at,
  };
}

function deliveryOf(row: DeliveryRow): DeliveryRecord {
  return {
    id: idOf('whd', row.id),
    eventId: idOf('evt', row.event_id),
    status: row.status,
    nextAttemptAt: row.next_attempt_at,
  };
}
