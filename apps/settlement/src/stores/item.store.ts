import { idOf, invariant, isCurrencyCode, money, uuidOf } from '#domain';
import type { BatchId, CurrencyCode, EventId, MerchantId, SettlementItem } from '#domain';
import type { Sql } from '#persistence';

/** An item, with the event that told of it and the time at which that happened. */
export interface DatedItem {
  readonly eventId: EventId;
  readonly item: SettlementItem;
  readonly occurredAt: Date;
}

export interface OpenItem {
  readonly eventId: EventId;
  readonly item: SettlementItem;
}

/** Whom batches are closed for: each merchant in each currency. */
export interface SettlementAccount {
  readonly merchantId: MerchantId;
  readonly currency: CurrencyCode;
}

interface OpenItemRow {
  event_id: string;
  payment_id: string;
  kind: SettlementItem['kind'];
  amount: bigint;
  fee: bigint;
}

/** What waits to be settled, and what no longer does. */
export class ItemStore {
  constructor(private readonly sql: Sql) {}

  /** Adds items; those that are there already stay as they are. */
  async add(dated: readonly DatedItem[]): Promise<void> {
    await this.sql.query(
      `WITH fresh AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
           $8::timestamptz[]) AS item (event_id, merchant_id, payment_id, kind, amount, fee, currency, occurred_at)
       ), accounts AS (
         INSERT INTO settlement_account (merchant_id, currency)
         SELECT DISTINCT merchant_id, currency FROM fresh ORDER BY merchant_id, currency
         ON CONFLICT ON CONSTRAINT settlement_account_pkey DO NOTHING
       )
       INSERT INTO item (event_id, merchant_id, payment_id, kind, amount, fee, currency, occurred_at)
       SELECT * FROM fresh ON CONFLICT ON CONSTRAINT item_pkey DO NOTHING`,
      [
        dated.map(({ eventId }) => uuidOf(eventId)),
        dated.map(({ item }) => uuidOf(item.merchantId)),
        dated.map(({ item }) => uuidOf(item.paymentId)),
        dated.map(({ item }) => item.kind),
        dated.map(({ item }) => item.amount.minor),
        dated.map(({ item }) => (item.kind === 'capture' ? item.fee.minor : 0n)),
        dated.map(({ item }) => item.amount.currency),
        dated.map(({ occurredAt }) => occurredAt),
      ],
    );
  }

  /** The accounts that have open items from before the cut-off. */
  async accountsDue(cutoffAt: Date): Promise<SettlementAccount[]> {
    const rows = await this.sql.query<{ merchant_id: string; currency: string }>(
      `SELECT merchant_id, currency FROM settlement_account AS account WHERE EXISTS (
         SELECT 1 FROM item WHERE item.merchant_id = account.merchant_id AND item.currency = account.currency
           AND batch_id IS NULL AND occurred_at < $1)`,
      [cutoffAt],
    );
    return rows.map(({ merchant_id, currency }) => {
      invariant(isCurrencyCode(currency), `an account is kept in ${currency}, which is no currency`);
      return { merchantId: idOf('mer', merchant_id), currency };
    });
  }

  /** False when somebody else is closing a batch of this account; true keeps everybody else out until the transaction ends. */
  async lockAccount({ merchantId, currency }: SettlementAccount): Promise<boolean> {
    const rows = await this.sql.query(
      'SELECT 1 FROM settlement_account WHERE merchant_id = $1 AND currency = $2 FOR UPDATE SKIP LOCKED',
      [uuidOf(merchantId), currency],
    );
    return rows.length > 0;
  }

  /** The oldest open items from before the cut-off. Whoever means to settle them has locked the account. */
  async open({ merchantId, currency }: SettlementAccount, cutoffAt: Date, limit: number): Promise<OpenItem[]> {
    const rows = await this.sql.query<OpenItemRow>(
      `SELECT event_id, payment_id, kind, amount, fee FROM item
       WHERE merchant_id = $1 AND currency = $2 AND batch_id IS NULL AND occurred_at < $3
       ORDER BY occurred_at, event_id LIMIT $4`,
      [uuidOf(merchantId), currency, cutoffAt, limit],
    );
    return rows.map((row) => {
      const paymentId = idOf('pay', row.payment_id);
      const moved = { merchantId, paymentId, amount: money(row.amount, currency) };
      return {
        eventId: idOf('evt', row.event_id),
        item:
          row.kind === 'capture'
            ? { ...moved, kind: 'capture', fee: money(row.fee, currency) }
            : { ...moved, kind: row.kind },
      };
    });
  }

  async assign(batchId: BatchId, eventIds: readonly EventId[]): Promise<void> {
    await this.sql.query('UPDATE item SET batch_id = $1 WHERE event_id = ANY ($2::uuid[])', [
      uuidOf(batchId),
      eventIds.map((eventId) => uuidOf(eventId)),
    ]);
  }
}
