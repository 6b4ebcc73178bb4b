import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { deadLetterStream, streams, type EventSource } from '#contracts';

/** How long the stream keeps events. It is a carrier, not the truth: the event log in PostgreSQL refills it at any time. */
export const streamAgeMaxNs = 7 * 24 * 3_600 * 1e9;
/** The server remembers message ids this long; beyond it the consumers' inboxes know. */
const duplicateWindowNs = 120 * 1e9;
/**
 * A server sets this much aside for each stream, so the three that services read, the feed's half and the dead letters stay
 * below the 4 GB that ours has.
 */
export const streamBytesMax = 1024 ** 3;
const feedBytesMax = streamBytesMax / 2;
const deadLetterBytesMax = 128 * 1024 ** 2;

/**
 * A full stream refuses new messages rather than dropping unread ones: the relay waits, and the log keeps everything. The
 * feed's readers are partners, and one that is slow or gone must not stop the others: its stream drops the oldest, which
 * the `events` query still has.
 */
const limitsOf: Readonly<Record<EventSource, StreamLimits>> = {
  payments: { max_bytes: streamBytesMax, discard: DiscardPolicy.New },
  fraud: { max_bytes: streamBytesMax, discard: DiscardPolicy.New },
  settlement: { max_bytes: streamBytesMax, discard: DiscardPolicy.New },
  feed: { max_bytes: feedBytesMax, discard: DiscardPolicy.Old },
};
type StreamLimits = Pick<StreamConfig, 'max_bytes' | 'discard'>;

const alreadyInUse = 10058;

/** Makes the stream unless it is there, and tells what it is. Safe to call at any time from several processes. */
export async function ensureStream(manager: JetStreamManager, source: EventSource): Promise<StreamInfo> {
  return ensure(manager, streams[source], limitsOf[source]);
}

export async function ensureDeadLetterStream(manager: JetStreamManager): Promise<StreamInfo> {
  return ensure(manager, deadLetterStream, { max_bytes: deadLetterBytesMax, discard: DiscardPolicy.New });
}

async function ensure(
  manager: JetStreamManager,
  stream: { readonly name: string; readonly subjects: readonly string[] },
  limits: StreamLimits,
): Promise<StreamInfo> {
  try {
    return await manager.streams.info(stream.name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    return await manager.streams.add({
      name: stream.name,
      subjects: [...stream.subjects],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_age: streamAgeMaxNs,
      ...limits,
      duplicate_window: duplicateWindowNs,
    });
  } catch (error) {
    // Somebody else made it in the same moment, of an older or newer release perhaps.
    if (apiCode(error) !== alreadyInUse) throw error;
    return manager.streams.info(stream.name);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && (error.name === 'StreamNotFoundError' || error.name === 'ConsumerNotFoundError');
}

function apiCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
