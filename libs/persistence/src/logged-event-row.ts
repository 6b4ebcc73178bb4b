import type { LoggedEvent } from '#contracts';
import { idOf } from '#domain';

/** A row of `event`, as the relay needs it. */
export interface LoggedEventRow {
  seq: bigint;
  event_id: string;
  merchant_id: string;
  shard: number;
  aggregate_type: string;
  aggregate_id: string;
  aggregate_version: number;
  type: string;
  schema_version: number;
  payload: string;
  trace: string | null;
  occurred_at: Date;
}

export const loggedEventColumns = `seq, event_id, merchant_id, shard, aggregate_type, aggregate_id, aggregate_version, type,
  schema_version, payload, trace, occurred_at`;

/** The public prefix of an aggregate's ids. */
const prefixOfAggregate: Readonly<Record<string, string>> = { payment: 'pay', batch: 'bat', merchant_feed: 'mer' };

export function loggedEventOf(row: LoggedEventRow): LoggedEvent {
  return {
    seq: String(row.seq),
    id: idOf('evt', row.event_id),
    merchantId: idOf('mer', row.merchant_id),
    shard: row.shard,
    aggregateType: row.aggregate_type,
    aggregateId: idOf(prefixOfAggregate[row.aggregate_type] ?? row.aggregate_type, row.aggregate_id),
    aggregateVersion: row.aggregate_version,
    type: row.type,
    schemaVersion: row.schema_version,
    payload: row.payload,
    traceparent: row.trace,
    occurredAt: row.occurred_at,
  };
}
