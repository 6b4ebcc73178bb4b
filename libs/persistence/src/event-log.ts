import { shardOf, uuidOf, type Clock, type EventId, type Id, type Ids, type MerchantId } from '#domain';
import type { TransactionScope } from './unit-of-work.ts';

/** A fact to be remembered. The log adds its shard, time and transaction. */
export interface NewEvent {
  /** Only for a fact that something else in the same transaction is keyed by; the log makes the ids of all others. */
  readonly id?: EventId;
  readonly merchantId: MerchantId;
  readonly aggregateType: string;
  readonly aggregateId: Id<string>;
  /** 1…n without a gap within the aggregate. */
  readonly aggregateVersion: number;
  /** `<aggregate>.<fact>` in the past tense. */
  readonly type: string;
  readonly payload: object;
}

const appendEventsSql = `
  INSERT INTO event (shard, event_id, merchant_id, aggregate_type, aggregate_id, aggregate_version, type,
    schema_version, payload, occurred_at)
  SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::integer[], $7::text[],
    $8::smallint[], $9::text[], $10::timestamptz[])`;

/** The append-only log of a service; reachable only inside a transaction, so that state and event are one. */
export class EventLog {
  private readonly scope: TransactionScope;
  private readonly ids: Ids;
  private readonly clock: Clock;
  private readonly announce: () => void;

  /** `announce` tells the relay to look, after the commit. */
  constructor(scope: TransactionScope, ids: Ids, clock: Clock, announce: () => void) {
    this.scope = scope;
    this.ids = ids;
    this.clock = clock;
    this.announce = announce;
  }

  async append(...events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const occurredAt = this.clock.now();
    await this.scope.sql.query(appendEventsSql, [
      events.map((event) => shardOf(event.merchantId)),
      events.map((event) => uuidOf(event.id ?? this.ids.next('evt'))),
      events.map((event) => uuidOf(event.merchantId)),
      events.map((event) => event.aggregateType),
      events.map((event) => uuidOf(event.aggregateId)),
      events.map((event) => event.aggregateVersion),
      events.map((event) => event.type),
      events.map(() => 1),
      events.map((event) => JSON.stringify(event.payload)),
      events.map(() => occurredAt),
    ]);
    this.scope.afterCommit(this.announce);
  }
}
