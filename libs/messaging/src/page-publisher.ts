import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { encodeEnvelope, subjectOf, type EventSource, type LoggedEvent } from '#contracts';
import { publishAtOnce, type BatchMessage } from './atomic-batch.ts';

const publishTimeoutMs = 2_000;
/**
 * A batch costs the server some 3 ms however small it is, and one message alone a quarter of one: so many that follow upon
 * each other, or so many in all that have nothing to do with each other, take as long apart as together.
 */
const togetherFrom = { ofOneAggregate: 12, inAll: 64 } as const;

/** Where a page has left the stream. */
export interface StreamPosition {
  readonly last: bigint;
  /** A new message got a position that had been given away before. */
  readonly wentBackwards: boolean;
}

export interface PublisherOptions {
  readonly source: EventSource;
  /** Called for each event that has come to the stream for the first time, for metrics. */
  readonly published?: (event: LoggedEvent) => void;
}

/** Puts pages of a log on their stream: everything, in order within each aggregate, or an error. */
export class PagePublisher {
  private readonly options: PublisherOptions;
  private readonly connection: NatsConnection;
  private readonly client: JetStreamClient;
  private takesBatches: boolean;

  /** `takesBatches`: whether the stream allows atomic batches. */
  constructor(connection: NatsConnection, takesBatches: boolean, options: PublisherOptions) {
    this.options = options;
    this.connection = connection;
    this.client = jetstream(connection);
    this.takesBatches = takesBatches;
  }

  /** `known` is the stream's last position so far. Errors: the server's refusal or silence; what came on it is not known then. */
  async publish(events: readonly LoggedEvent[], known: bigint): Promise<StreamPosition> {
    if (this.takesBatches && isWorthABatch(events)) {
      const last = await this.publishTogether(events);
      if (last !== undefined) return { last, wentBackwards: last - BigInt(events.length) < known };
    }
    return this.publishApart(events, known);
  }

  /** Undefined when the server refused: then nothing of it is there, and each of them is told why when it goes alone. */
  private async publishTogether(events: readonly LoggedEvent[]): Promise<bigint | undefined> {
    const messages = events.map((event) => this.messageOf(event));
    const outcome = await publishAtOnce(this.connection, messages, publishTimeoutMs);
    if (outcome.kind === 'unsupported') this.takesBatches = false;
    if (outcome.kind !== 'stored') return undefined;
    for (const event of events) this.options.published?.(event);
    return outcome.lastSeq;
  }

  /** Aggregates side by side, each aggregate one by one. */
  private async publishApart(events: readonly LoggedEvent[], known: bigint): Promise<StreamPosition> {
    let last = known;
    let wentBackwards = false;
    const lastOfAggregate = new Map<string, Promise<void>>();
    const all = events.map((event) => {
      const before = lastOfAggregate.get(event.aggregateId) ?? Promise.resolve();
      const sent = before.then(async () => {
        const ack = await this.publishOne(event);
        if (!ack.duplicate && ack.seq <= known) wentBackwards = true;
        if (ack.seq > last) last = ack.seq;
      });
      lastOfAggregate.set(event.aggregateId, sent);
      return sent;
    });
    // All must have come to rest before anything is tried again, or a late success would overtake its successor.
    const settled = await Promise.allSettled(all);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { last, wentBackwards };
  }

  private async publishOne(event: LoggedEvent): Promise<{ readonly seq: bigint; readonly duplicate: boolean }> {
    const { subject, payload, id } = this.messageOf(event);
    const ack = await this.client.publish(subject, payload, { msgID: id, timeout: publishTimeoutMs, retries: 0 });
    if (!ack.duplicate) this.options.published?.(event);
    return { seq: BigInt(ack.seq), duplicate: ack.duplicate };
  }

  private messageOf(event: LoggedEvent): BatchMessage {
    const { source } = this.options;
    return { id: event.id, subject: subjectOf(source, event), payload: encodeEnvelope(source, event) };
  }
}

function isWorthABatch(events: readonly LoggedEvent[]): boolean {
  if (events.length >= togetherFrom.inAll) return true;
  const ofAggregate = new Map<string, number>();
  for (const { aggregateId } of events) {
    const number = (ofAggregate.get(aggregateId) ?? 0) + 1;
    if (number >= togetherFrom.ofOneAggregate) return true;
    ofAggregate.set(aggregateId, number);
  }
  return false;
}
