import { idOf, shardOf, uuidOf } from '#domain';
import type { EventId, MerchantEventType, MerchantId, PaymentId } from '#domain';
import type { Sql, TransactionScope } from '#persistence';

/** What a merchant is told. */
export interface FeedEntry {
  readonly merchantId: MerchantId;
  readonly sequence: bigint;
  readonly eventId: EventId;
  readonly type: MerchantEventType;
  readonly paymentId: PaymentId;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What each merchant was told, numbered 1…n. */
export class FeedStore {
  private readonly sql: Sql;

  /** Both are called after the commit: `announce` for the relay, `grew` once for each merchant. */
  constructor(
    private readonly scope: TransactionScope,
    private readonly announce: () => void,
    private readonly grew: (merchantId: MerchantId) => void,
  ) {
    this.sql = scope.sql;
  }

  /**
   * Locks what is the merchants' in this schema until the transaction ends, always in the same order, and gives the last
   * number that each was told.
   */
  async lock(merchantIds: ReadonlySet<MerchantId>): Promise<Map<MerchantId, bigint>> {
    const merchants = [...merchantIds].map(uuidOf);
    await this.sql.query(
      `INSERT INTO merchant_sequence (merchant_id, last_sequence)
       SELECT merchant_id, 0 FROM unnest($1::uuid[]) AS merchant_id ORDER BY merchant_id
       ON CONFLICT ON CONSTRAINT merchant_sequence_pkey DO NOTHING`,
      [merchants],
    );
    const rows = await this.sql.query<{ merchant_id: string; last_sequence: bigint }>(
      `SELECT merchant_id, last_sequence FROM merchant_sequence WHERE merchant_id = ANY($1::uuid[])
       ORDER BY merchant_id FOR UPDATE`,
      [merchants],
    );
    return new Map(rows.map((row) => [idOf('mer', row.merchant_id), row.last_sequence]));
  }

  /** Which of the payments their merchants have been told this about. */
  async toldOf(type: MerchantEventType, payments: readonly FeedSubject[]): Promise<ReadonlySet<PaymentId>> {
    const rows = await this.sql.query<{ payment_id: string }>(
      `SELECT DISTINCT payment_id FROM merchant_event
       WHERE (merchant_id, payment_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND type = $3`,
      [payments.map(({ merchantId }) => uuidOf(merchantId)), payments.map(({ paymentId }) => uuidOf(paymentId)), type],
    );
    return new Set(rows.map((row) => idOf('pay', row.payment_id)));
  }

  /** Of merchants that this transaction has locked, numbered on from what `lock` gave. */
  async append(entries: readonly FeedEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.sql.query(
      `INSERT INTO merchant_event (shard, merchant_id, sequence, event_id, type, payment_id, occurred_at, data)
       SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::uuid[],
         $7::timestamptz[], $8::jsonb[])`,
      [
        entries.map(({ merchantId }) => shardOf(merchantId)),
        entries.map(({ merchantId }) => uuidOf(merchantId)),
        entries.map(({ sequence }) => sequence),
        entries.map(({ eventId }) => uuidOf(eventId)),
        entries.map(({ type }) => type),
        entries.map(({ paymentId }) => uuidOf(paymentId)),
        entries.map(({ occurredAt }) => occurredAt),
        entries.map(({ data }) => JSON.stringify(data)),
      ],
    );
    await this.count(entries);
  }

  private async count(entries: readonly FeedEntry[]): Promise<void> {
    const last = new Map(entries.map(({ merchantId, sequence }) => [merchantId, sequence]));
    await this.sql.query(
      `UPDATE merchant_sequence SET last_sequence = told.last_sequence
       FROM unnest($1::uuid[], $2::bigint[]) AS told (merchant_id, last_sequence)
       WHERE merchant_sequence.merchant_id = told.merchant_id`,
      [[...last.keys()].map(uuidOf), [...last.values()]],
    );
    this.scope.afterCommit(this.announce);
    this.scope.afterCommit(() => {
      for (const merchantId of last.keys()) this.grew(merchantId);
    });
  }
}

export interface FeedSubject {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
}
