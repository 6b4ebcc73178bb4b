import { DiscardPolicy, type ConsumerConfig, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import { streams, type EventSource } from '#contracts';
import { consumersOf, makeRoom } from './stream-room.ts';
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
  const comfortable = comfortableBytes ?? halfOf(info, bytesMax);
  if (info.state.bytes > comfortable) {
    for (const newcomer of await makeRoom(manager, info))
      await noteMissedBeginning(manager, info.config.name, newcomer);
  }
  const consumers = await consumersOf(manager, info.config.name);
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
 * Adds a consumer to the stream as it was seen. When the stream had dropped messages by then the consumer says so in its
 * metadata. The relay sees it and publishes the log again: so a service that was away for longer than the stream
 * remembers, or is new, gets everything that the log still holds.
 */
export async function addConsumer(
  manager: JetStreamManager,
  { config: { name: stream }, state }: StreamInfo,
  config: Partial<ConsumerConfig> & { readonly durable_name: string },
): Promise<void> {
  const isLate = state.first_seq > 1;
  await manager.consumers.add(stream, { ...config, metadata: isLate ? { [missedTheBeginning]: 'true' } : {} });
  if (isLate) return;
  // Room may have been made between the look and the birth.
  const { state: now } = await manager.streams.info(stream);
  if (now.first_seq > 1) await noteMissedBeginning(manager, stream, config.durable_name);
}

async function noteMissedBeginning(manager: JetStreamManager, stream: string, consumer: string): Promise<void> {
  await manager.consumers.update(stream, consumer, { metadata: { [missedTheBeginning]: 'true' } });
}

/** A stream without a bound has been made by somebody else. */
function halfOf({ config }: StreamInfo, bytesMax: number): number {
  return (config.max_bytes > 0 ? config.max_bytes : bytesMax) / 2;
}
