import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { encodeEnvelope, hints, streams, subjectOf, type EventSource, type LoggedEvent } from '#contracts';
import { shardCount } from '#domain';
import type { Logger } from '#observability';
import type { Broker } from './broker.ts';
import { ensureStream } from './topology.ts';
import { WakeUp } from './wake-up.ts';

/** Where a lane of the log stands; opaque but for what ties it to the stream. */
export interface RelayCursor {
  readonly lane: number;
  readonly streamCreated: Date | null;
  readonly streamSeq: bigint;
}

/** The service's event log, as the relay needs it. The lease and the compare-and-set are the log's. */
export interface RelayLog<Cursor extends RelayCursor> {
  acquire(lane: number, owner: string, leaseMs: number): Promise<Cursor | undefined>;
  release(lane: number, owner: string): Promise<void>;
  read(
    cursor: Cursor,
    shards: readonly number[],
    limit: number,
  ): Promise<{ readonly events: readonly LoggedEvent[]; readonly next: Cursor }>;
  advance(cursor: Cursor, owner: string, leaseMs: number): Promise<Cursor | undefined>;
  rewind(cursor: Cursor, stream: { readonly created: Date; readonly lastSeq: bigint }): Cursor;
}

export interface RelayOptions {
  readonly source: EventSource;
  /** Unique per process; whoever holds the lease publishes. */
  readonly owner: string;
  /** Lane i of n publishes the shards ≡ i (mod n). All relays of a log must agree on n. */
  readonly lanes: number;
  readonly logger: Logger;
  /** Called for each event that is on the stream, for metrics. */
  readonly published?: (event: LoggedEvent) => void;
}

/** Another relay takes over this long after the holder died; renewed three times in that time. */
const leaseMs = 3_000;
/** Behind lost hints: the longest an event waits for the relay. */
const pollMs = 200;
/** One page is published in parallel, then the cursor moves. Large enough to fill the pipe, small enough to repeat. */
const pageSize = 500;
const publishTimeoutMs = 2_000;
const pauseAfterFaultMs = 250;
/** The stream may lose its end without the connection noticing; look at it this often. */
const streamCheckMs = 5_000;

/**
 * Carries a service's event log to its stream: everything, in order within each aggregate, duplicates possible (and
 * removed by message id and inbox). Publishing is awaited, and at most one message of an aggregate is under way.
 */
export class Relay<Cursor extends RelayCursor> {
  private readonly log: RelayLog<Cursor>;
  private readonly broker: Broker;
  private readonly options: RelayOptions;
  private readonly doorbells: WakeUp[] = [];
  private running: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(log: RelayLog<Cursor>, broker: Broker, options: RelayOptions) {
    this.log = log;
    this.broker = broker;
    this.options = options;
  }

  start(): void {
    const lanes = Array.from({ length: this.options.lanes }, (_, lane) => this.runLane(lane));
    this.running = Promise.all(lanes);
    void this.broker.onHint(hints.eventsAppended(this.options.source), () => this.wake());
    void this.broker.onReconnect(() => this.wake());
  }

  /** Looks at the log now instead of at the next poll. */
  wake(): void {
    for (const doorbell of this.doorbells) doorbell.ring();
  }

  /** Finishes the page at hand and gives the lanes back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async runLane(lane: number): Promise<void> {
    const doorbell = new WakeUp();
    this.doorbells.push(doorbell);
    const shards = Array.from({ length: shardCount }, (_, shard) => shard).filter(
      (s) => s % this.options.lanes === lane,
    );
    while (!this.stopping) {
      try {
        const held = await this.log.acquire(lane, this.options.owner, leaseMs);
        if (held === undefined) await doorbell.wait(leaseMs / 3);
        else await this.holdLane(held, shards, doorbell);
      } catch (error) {
        this.options.logger.warn({ err: error, lane }, 'relay interrupted; it will look again');
        await doorbell.wait(pauseAfterFaultMs);
      }
    }
    await this.log.release(lane, this.options.owner).catch(() => undefined);
  }

  /** Publishes until the lane is lost, something fails, or the relay stops. */
  private async holdLane(held: Cursor, shards: readonly number[], doorbell: WakeUp): Promise<void> {
    const client = jetstream(await this.broker.connected());
    let cursor = await this.followStream(held);
    let renewedAt = performance.now();
    let streamSeenAt = performance.now();
    while (!this.stopping) {
      const page = await this.log.read(cursor, shards, pageSize);
      if (page.events.length === 0) {
        cursor = page.next;
        await doorbell.wait(pollMs);
      } else {
        const streamSeq = await this.publish(client, page.events, cursor);
        cursor = { ...page.next, streamSeq };
      }
      const now = performance.now();
      if (now - streamSeenAt > streamCheckMs) {
        cursor = await this.followStream(cursor);
        streamSeenAt = now;
      }
      if (page.events.length > 0 || now - renewedAt > leaseMs / 3) {
        const kept = await this.log.advance(cursor, this.options.owner, leaseMs);
        if (kept === undefined) return;
        cursor = kept;
        renewedAt = now;
      }
    }
  }

  /** Notices a stream that was made anew or went backwards, and then starts the log over. */
  private async followStream(cursor: Cursor): Promise<Cursor> {
    const info = await ensureStream(await this.broker.manager(), this.options.source);
    const created = new Date(info.created);
    const lastSeq = BigInt(info.state.last_seq);
    if (cursor.streamCreated === null) return { ...cursor, streamCreated: created };
    const same = cursor.streamCreated.getTime() === created.getTime();
    if (same && lastSeq >= cursor.streamSeq) return cursor;
    this.options.logger.warn(
      { stream: streams[this.options.source].name, lane: cursor.lane, same, lastSeq: Number(lastSeq) },
      'the stream has lost messages; publishing the log again',
    );
    return this.log.rewind(cursor, { created, lastSeq });
  }

  /** Publishes the page, aggregates side by side, each aggregate one by one. Gives the stream's last position. */
  private async publish(client: JetStreamClient, events: readonly LoggedEvent[], cursor: Cursor): Promise<bigint> {
    let streamSeq = cursor.streamSeq;
    const lastOfAggregate = new Map<string, Promise<void>>();
    const all = events.map((event) => {
      const before = lastOfAggregate.get(event.aggregateId) ?? Promise.resolve();
      const sent = before.then(async () => {
        const position = await this.publishOne(client, event);
        if (position > streamSeq) streamSeq = position;
      });
      lastOfAggregate.set(event.aggregateId, sent);
      return sent;
    });
    // All must have come to rest before anything is tried again, or a late success would overtake its successor.
    const settled = await Promise.allSettled(all);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return streamSeq;
  }

  private async publishOne(client: JetStreamClient, event: LoggedEvent): Promise<bigint> {
    const { source } = this.options;
    const subject = subjectOf(source, event.schemaVersion, event.shard, event.type);
    const ack = await client.publish(subject, encodeEnvelope(source, event), {
      msgID: event.id,
      timeout: publishTimeoutMs,
      retries: 0,
    });
    this.options.published?.(event);
    return BigInt(ack.seq);
  }
}
