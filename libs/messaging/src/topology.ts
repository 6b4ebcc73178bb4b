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
 * STREAM_MAX_BYTES unless it is set. A server sets this much aside for each stream, so the three that services read, the
 * feed's half and the dead letters stay below the 4 GB that ours has.
 */
export const streamBytesMaxDefault = 1024 ** 3;
const deadLetterBytesMax = 128 * 1024 ** 2;

/**
 * See docs/decisions/0012. A full stream refuses new messages rather than dropping unread ones: the relay waits, and the log keeps everything. The
 * feed's readers are partners, and one that is slow or gone must not stop the others: its stream drops the oldest, which
 * the `events` query still has.
 */
const limitsOf: Readonly<Record<EventSource, (bytesMax: number) => StreamLimits>> = {
  payments: (bytesMax) => ({ max_bytes: bytesMax, discard: DiscardPolicy.New }),
  fraud: (bytesMax) => ({ max_bytes: bytesMax, discard: DiscardPolicy.New }),
  settlement: (bytesMax) => ({ max_bytes: bytesMax, discard: DiscardPolicy.New }),
  feed: (bytesMax) => ({ max_bytes: Math.ceil(bytesMax / 2), discard: DiscardPolicy.Old }),
};
type StreamLimits = Pick<StreamConfig, 'max_bytes' | 'discard'>;

const alreadyInUse = 10058;
/** The server's words for a stream that may not grow: its own bound, or the disk's. */
const refusedForWantOfRoom = 10077;

/** Makes the stream unless it is there, and tells what it is. Safe to call at any time from several processes. */
export async function ensureStream(
  manager: JetStreamManager,
  source: EventSource,
  bytesMax = streamBytesMaxDefault,
): Promise<StreamInfo> {
  return ensure(manager, streams[source], limitsOf[source](bytesMax));
}

/**
 * Gives a stream that is there the bound that is wanted now: whoever has to make room in a hurry raises it, without losing
 * what is on the stream. A lower bound removes nothing; the stream refuses until it has shrunk below. Gives whether the
 * stream allows atomic batches, as those of earlier releases did not; a server before NATS 2.12 knows none.
 */
export async function fitStream(manager: JetStreamManager, source: EventSource, bytesMax: number): Promise<boolean> {
  const { config } = await ensureStream(manager, source, bytesMax);
  const { max_bytes } = limitsOf[source](bytesMax);
  if (config.max_bytes === max_bytes && config.allow_atomic === true) return true;
  const fitted = await manager.streams.update(config.name, { max_bytes, allow_atomic: true });
  return fitted.config.allow_atomic === true;
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
      allow_atomic: true,
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

/** Whether the server has refused a message because its stream is full. Nothing of it has been stored. */
export function isStreamFull(error: unknown): boolean {
  return apiCode(error) === refusedForWantOfRoom;
}

function apiCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
