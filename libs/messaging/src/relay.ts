import type { NatsConnection } from '@nats-io/transport-node';
import { hints, streams, type LoggedEvent } from '#contracts';
import { shardCount } from '#domain';
import type { Logger } from '#observability';
import type { Broker } from './broker.ts';
import { PagePublisher, type PublisherOptions } from './page-publisher.ts';
import { PageSize } from './page-size.ts';
import { pause } from './pause.ts';
import { inspectStream } from './stream-state.ts';
import { fitStream, isStreamFull } from './topology.ts';
import { WakeUp } from './wake-up.ts';

/** Where a lane of the log stands; opaque but for what ties it to the stream. */
export interface RelayCursor {
  readonly lane: number;
  /** Of the stored row, for its compare-and-set. */
  readonly version: bigint;
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

export interface RelayOptions extends PublisherOptions {
  /** Unique per process; whoever holds the lease publishes. */
  readonly owner: string;
  /** Lane i of n publishes the shards ≡ i (mod n). All relays of a log must agree on n. */
  readonly lanes: number;
  readonly logger: Logger;
  /** Another relay takes over this long after the holder died; renewed three times in that time. */
  readonly leaseMs?: number;
}

/** Longer than a page takes when the disk is slow, short enough that nobody notices a relay that died. */
const leaseMsDefault = 3_000;
/** Behind lost hints: the longest an event waits for the relay. */
const pollMs = 200;
const pauseAfterFaultMs = 250;
/** A stream that lost its end shows with the next acknowledgement; one that nobody writes to is looked at this often. */
const streamCheckMs = 5_000;

/**
 * Carries a service's event log to its stream: everything, in order within each aggregate, duplicates possible (and
 * removed by message id and inbox). Publishing is awaited, and no message of an aggregate can overtake another.
 */
export class Relay<Cursor extends RelayCursor> {
  private readonly log: RelayLog<Cursor>;
  private readonly broker: Broker;
  private readonly options: RelayOptions;
  private readonly leaseMs: number;
  private readonly doorbells: WakeUp[] = [];
  private readonly stopping = new AbortController();
  /** Each may have led to a server that has forgotten something. */
  private reconnects = 0;
  private readonly pageSize = new PageSize();
  /** Once it is fitted to our release: whether the stream allows batches. */
  private fitted: { readonly takesBatches: boolean } | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(log: RelayLog<Cursor>, broker: Broker, options: RelayOptions) {
    this.log = log;
    this.broker = broker;
    this.options = options;
    this.leaseMs = options.leaseMs ?? leaseMsDefault;
  }

  start(): void {
    const lanes = Array.from({ length: this.options.lanes }, (_, lane) => this.runLane(lane));
    this.running = Promise.all(lanes);
    void this.broker.onHint(hints.eventsAppended(this.options.source), () => this.wake());
    this.broker.onReconnect(() => {
      this.reconnects += 1;
      this.wake();
    });
  }

  /** Looks at the log now instead of at the next poll. */
  wake(): void {
    for (const doorbell of this.doorbells) doorbell.ring();
  }

  /** Finishes the page at hand and gives the lanes back. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The relay has been stopped.'));
    this.wake();
    await this.running;
  }

  private async runLane(lane: number): Promise<void> {
    const { owner } = this.options;
    const doorbell = new WakeUp();
    this.doorbells.push(doorbell);
    while (!this.stopping.signal.aborted) {
      try {
        // A relay that cannot publish must not keep the lane from one that can.
        const connection = await this.broker.connected(this.stopping.signal);
        const held = await this.log.acquire(lane, owner, this.leaseMs);
        // Hints are for the one that holds the lane.
        if (held === undefined) await pause(this.leaseMs / 3, this.stopping.signal);
        else await this.holdLane(connection, held, doorbell);
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        this.noteInterruption(lane, error);
        await pause(pauseAfterFaultMs, this.stopping.signal);
      }
    }
    await this.log.release(lane, owner).catch(() => undefined);
  }

  /**
   * Publishes until the lane is lost, something fails, or the relay stops. A page is read and published while the cursor
   * behind the page before is being stored; when that fails, everything that was not stored is forgotten, because after a
   * crash PostgreSQL may give out the transaction ids of a snapshot again that nobody had written down.
   */
  private async holdLane(connection: NatsConnection, held: Cursor, doorbell: WakeUp): Promise<void> {
    const shards = this.shardsOf(held.lane);
    let seen = { reconnects: this.reconnects, at: performance.now() };
    const publisher = new PagePublisher(connection, await this.fitStream(), this.options);
    let current = await this.followStream(held);
    let storing: UnderWay<Cursor | undefined> = underWay(Promise.resolve(current));
    let storedAt = performance.now();
    let caughtUp = false;
    while (!this.stopping.signal.aborted) {
      if (caughtUp) await doorbell.wait(pollMs);
      const size = this.pageSize.current;
      const page = await this.log.read(current, shards, size);
      // The connection breaks before the server is back, so a page from behind a crash is never published.
      if (storing.failed()) break;
      const idle = page.events.length === 0;
      // Whatever is committed after that look rings; a second look would find nothing.
      caughtUp = page.events.length < size;
      const position = await publisher.publish(page.events, current.streamSeq);
      if (!idle) this.pageSize.grow();
      const read: Cursor = { ...page.next, streamSeq: position.last };
      let next = read;
      const inDoubt = position.wentBackwards || seen.reconnects !== this.reconnects;
      if (inDoubt || performance.now() - seen.at > streamCheckMs) {
        seen = { reconnects: this.reconnects, at: performance.now() };
        next = await this.followStream(read, position.wentBackwards);
      }
      const stored = await storing.result;
      if (stored === undefined) return;
      const newsToStore = !idle || next !== read;
      if (!newsToStore && performance.now() - storedAt < this.leaseMs / 3) continue;
      current = next;
      // On the row as it was stored last; undefined when the lane is somebody else's by now.
      const { version } = stored;
      storing = underWay(this.log.advance({ ...next, version }, this.options.owner, this.leaseMs));
      storedAt = performance.now();
    }
    await storing.result;
  }

  /**
   * Once a process, so that an operator who gives the stream more room in a hurry is not contradicted. A server that has
   * not so much room itself leaves the stream as it is, and nobody without it. Gives whether the stream allows batches.
   */
  private async fitStream(): Promise<boolean> {
    if (this.fitted !== undefined) return this.fitted.takesBatches;
    const { source, logger } = this.options;
    const manager = await this.broker.manager(this.stopping.signal);
    const { streamBytesMax } = this.broker;
    const takesBatches = await fitStream(manager, source, streamBytesMax).catch((error: unknown) => {
      logger.warn({ err: error, stream: streams[source].name, streamBytesMax }, 'the stream keeps its size');
      return false;
    });
    this.fitted = { takesBatches };
    return takesBatches;
  }

  private noteInterruption(lane: number, error: unknown): void {
    const { source, logger } = this.options;
    if (!isStreamFull(error)) {
      logger.warn({ err: error, lane }, 'relay interrupted; it will look again');
      return;
    }
    // Asked for several times a second until there is room; said once.
    if (!this.pageSize.shrink()) return;
    const stream = streams[source].name;
    logger.warn({ stream, lane }, 'the stream is full of what consumers have not handled; events wait in the log');
  }

  /** Notices a stream that was made anew, lost its end or has a consumer that missed its beginning, and starts the log over. */
  private async followStream(cursor: Cursor, wentBackwards = false): Promise<Cursor> {
    const { source, logger } = this.options;
    const manager = await this.broker.manager(this.stopping.signal);
    const { generation, lastSeq } = await inspectStream(manager, source, { bytesMax: this.broker.streamBytesMax });
    if (cursor.streamCreated === null) return { ...cursor, streamCreated: generation };
    const same = cursor.streamCreated.getTime() === generation.getTime();
    if (same && !wentBackwards && lastSeq >= cursor.streamSeq) return cursor;
    logger.warn(
      {
        stream: streams[source].name,
        lane: cursor.lane,
        lastSeq: Number(lastSeq),
        expectedSeq: Number(cursor.streamSeq),
      },
      same
        ? 'the stream has lost its end; publishing the log again'
        : 'the stream or a consumer of it was made anew; publishing the log again',
    );
    return this.log.rewind(cursor, { created: generation, lastSeq });
  }

  private shardsOf(lane: number): number[] {
    return Array.from({ length: shardCount }, (_, shard) => shard).filter(
      (shard) => shard % this.options.lanes === lane,
    );
  }
}

/** Something that goes on beside the rest; it can be seen to have failed before it is awaited. */
interface UnderWay<T> {
  readonly result: Promise<T>;
  failed(): boolean;
}

function underWay<T>(result: Promise<T>): UnderWay<T> {
  let failed = false;
  result.catch(() => {
    failed = true;
  });
  return { result, failed: () => failed };
}
