import { Inject, Injectable } from '@nestjs/common';
import { idOf, uuidOf, type EventId, type MerchantId, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { Conditions } from './conditions.ts';
import { pageOf, type Page, type PageRequest } from './page.ts';

/** A fact as the merchant was told it; `sequence` counts the merchant's events without a gap. */
export interface FeedEvent {
  readonly id: EventId;
  readonly sequence: bigint;
  readonly type: string;
  readonly occurredAt: Date;
  readonly paymentId: PaymentId | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface FeedConditions {
  readonly paymentId?: PaymentId;
  /** The types as webhooks name them, for example `payment.captured`. */
  readonly types?: readonly string[] | undefined;
}

interface FeedRow {
  sequence: bigint;
  event_id: string;
  type: string;
  payment_id: string | null;
  occurred_at: Date;
  data: Record<string, unknown>;
}

const feedColumns = 'sequence, event_id, type, payment_id, occurred_at, data';

/** The merchant feed, which the webhooks service writes and this one may read. The oldest first. */
@Injectable()
export class FeedReader {
  constructor(@Inject(SQL) private readonly sql: Sql) {}

  async find(merchantId: MerchantId, id: EventId): Promise<FeedEvent | undefined> {
    const [row] = await this.sql.query<FeedRow>(
      `SELECT ${feedColumns} FROM feed.merchant_event WHERE event_id = $1 AND merchant_id = $2`,
      [uuidOf(id), uuidOf(merchantId)],
    );
    return row && feedEventOf(row);
  }

  async list(merchantId: MerchantId, filter: FeedConditions, request: PageRequest<bigint>): Promise<Page<FeedEvent>> {
    const conditions = new Conditions()
      .add('merchant_id = ?', uuidOf(merchantId))
      .addIf('payment_id = ?', filter.paymentId && uuidOf(filter.paymentId))
      .addIf('type = ANY(?)', filter.types)
      .addIf('sequence > ?', request.after)
      .addIf('sequence < ?', request.before);
    const limit = conditions.placeholderOf(request.size + 1);
    const rows = await this.sql.query<FeedRow>(
      `SELECT ${feedColumns} FROM feed.merchant_event WHERE ${conditions.text}
       ORDER BY sequence ${request.from === 'start' ? 'ASC' : 'DESC'} LIMIT ${limit}`,
      conditions.values,
    );
    return pageOf(rows.map(feedEventOf), request);
  }
}

function feedEventOf(row: FeedRow): FeedEvent {
  return {
    id: idOf('evt', row.event_id),
    sequence: row.sequence,
    type: row.type,
    occurredAt: row.occurred_at,
    paymentId: row.payment_id === null ? null : idOf('pay', row.payment_id),
    data: row.data,
  };
}
