import { z } from 'zod';

/**
 * An event as it travels: CloudEvents 1.0 in structured JSON mode, attributes in lower case as the specification asks.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface EventEnvelope<Data = unknown> {
  readonly specversion: '1.0';
  /** `evt_…`; also the message id on the broker and the key of the inbox. */
  readonly id: string;
  /** `quittance/<service>`, the service whose log holds the event. */
  readonly source: string;
  /** `<service>.v<version>.<aggregate>.<fact>`, for example `payments.v1.payment.authorized`. */
  readonly type: string;
  /** The public id of the aggregate, for example `pay_…`. */
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly merchantid: string;
  /** 0..63, the virtual shard of the merchant. */
  readonly shard: number;
  /** 1…n without a gap within one aggregate of one service. */
  readonly aggregateversion: number;
  /** W3C trace context of the request that caused the event. */
  readonly traceparent?: string;
  readonly data: Data;
}

/** What every reader demands of an envelope before it looks at the data; unknown attributes are allowed (additive). */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().startsWith('evt_'),
  source: z.string().min(1),
  type: z.string().regex(/^[a-z]+\.v\d+\.[a-z_]+\.[a-z_]+$/),
  subject: z.string().min(1),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  merchantid: z.string().startsWith('mer_'),
  shard: z.int().min(0).max(63),
  aggregateversion: z.int().min(1),
  traceparent: z.string().optional(),
  data: z.unknown(),
});

/** A row of a service's event log, as the relay reads it. `payload` stays text: nobody on the way needs its insides. */
export interface LoggedEvent {
  /** Position in the log; only an order, never a gapless number. */
  readonly seq: string;
  readonly id: string;
  readonly merchantId: string;
  readonly shard: number;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  /** `<aggregate>.<fact>`, for example `payment.authorized`. */
  readonly type: string;
  readonly schemaVersion: number;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly occurredAt: Date;
}

/** The envelope of a logged event as JSON text. The payload is spliced in unparsed. */
export function encodeEnvelope(service: string, event: LoggedEvent): string {
  const { data: _, ...attributes }: EventEnvelope = {
    specversion: '1.0',
    id: event.id,
    source: `quittance/${service}`,
    type: `${service}.v${event.schemaVersion}.${event.type}`,
    subject: event.aggregateId,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    merchantid: event.merchantId,
    shard: event.shard,
    aggregateversion: event.aggregateVersion,
    ...(event.traceparent === null ? {} : { traceparent: event.traceparent }),
    data: undefined,
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${event.payload}}`;
}
