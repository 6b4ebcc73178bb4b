import { DiscardPolicy, type ConsumerInfo, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { streams, type EventSource } from '#contracts';
import { ensureStream, isNotFound, streamBytesMaxDefault } from './topology.ts';

/** What a relay has to know of its stream. */
export interface StreamState {
  /** Changes when the log has to be published once more: the stream was made anew, or a consumer missed its beginning. */
  readonly generation: Date;
  readonly lastSeq: bigint;
}

export interface StreamBounds {
  /** Of a stream that has to be made; one that is there keeps its own. */
  readonly bytesMax?: number;
  /** Above this, what everybody has handled is removed, long before the stream is full. Half its bound by default. */
  readonly comfortableBytes?: number;
}

/** A consumer that came when the stream had already dropped messages says so for as long as it lives. */
const missedTheBeginning = 'quittance-missed-the-beginning';

/** Looks at the stream, makes it when it is missing, and makes room on it when it is getting full. */
export async function inspectStream(
  manager: JetStreamManager,
  source: EventSource,
  { bytesMax = streamBytesMaxDefault, comfortableBytes }: StreamBounds = {},
): Promise<StreamState> {
  const info = await ensureStream(manager, source, bytesMax);
  const lastSeq = BigInt(info.state.last_seq);
  // The consumers of a stream that makes room by itself are partners'. However many, and whatever their metadata says, none
  // of them has the log published again or anything removed.
  if (info.config.discard === DiscardPolicy.Old) return { generation: new Date(Date.parse(info.created)), lastSeq };
  const consumers: ConsumerInfo[] = [];
  for await (const consumer of manager.consumers.list(info.config.name)) consumers.push(consumer);
  if (info.state.bytes > (comfortableBytes ?? halfOf(info, bytesMax))) await makeRoom(manager, info, consumers);
  const latecomers = consumers.filter((consumer) => consumer.config.metadata?.[missedTheBeginning] !== undefined);
  const births = [info.created, ...latecomers.map((consumer) => consumer.created)].map((time) => Date.parse(time));
  return { generation: new Date(Math.max(...births)), lastSeq };
}

/**
 * Whether the consumer has messages that it has never looked at: on the stream, or in hand for the first time. One that
 * nobody has made yet has none.
 */
export async function hasUnread(manager: JetStreamManager, source: EventSource, consumer: string): Promise<boolean> {
  try {
    const info = await manager.consumers.info(streams[source].name, consumer);
    return info.num_pending > 0 || info.num_ack_pending > info.num_redelivered;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/**
 * What a new consumer writes into its metadata. The relay sees it and publishes the log again: so a service that was away
 * for longer than the stream remembers, or is new, gets everything that the log still holds.
 */
export function metadataOfNewConsumer({ state }: StreamInfo): Record<string, string> {
  return state.first_seq > 1 ? { [missedTheBeginning]: 'true' } : {};
}

/**
 * Removes what every consumer has handled. Without this a busy day would fill the stream, and the relay would wait for
 * the week in which the oldest messages expire.
 */
async function makeRoom(
  manager: JetStreamManager,
  info: StreamInfo,
  consumers: readonly ConsumerInfo[],
): Promise<void> {
  const handled = Math.min(info.state.last_seq, ...consumers.map((consumer) => handledBy(consumer, info)));
  if (handled >= info.state.first_seq) await manager.streams.purge(info.config.name, { seq: handled + 1 });
}

/** A stream without a bound has been made by somebody else. */
function halfOf({ config }: StreamInfo, bytesMax: number): number {
  return (config.max_bytes > 0 ? config.max_bytes : bytesMax) / 2;
}

/** Up to where the consumer needs nothing any more. Messages that its filter leaves out do not move its floor. */
function handledBy(consumer: ConsumerInfo, stream: StreamInfo): number {
  if (consumer.num_ack_pending > 0) return consumer.ack_floor.stream_seq;
  return consumer.num_pending === 0 ? stream.state.last_seq : consumer.delivered.stream_seq;
}
