import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import { deadLetterStream, streams, type EventSource } from '#contracts';

/** How long the stream keeps events. It is a carrier, not the truth: the event log in PostgreSQL refills it at any time. */
const maxAgeNs = 7 * 24 * 3_600 * 1e9;
/** The server remembers message ids this long; beyond it the consumers' inboxes know. */
const duplicateWindowNs = 120 * 1e9;
/**
 * A full stream refuses new messages rather than dropping unread ones: the relay waits, and the log keeps everything. The
 * server sets the whole size aside when it makes a stream, so all streams together have to fit into what it may use.
 */
const eventBytesMax = 1024 ** 3;
const deadLetterBytesMax = 256 * 1024 ** 2;

const alreadyInUse = 10058;

/** Makes the stream unless it is there, and tells what it is. Safe to call at any time from several processes. */
export async function ensureStream(manager: JetStreamManager, source: EventSource): Promise<StreamInfo> {
  return ensure(manager, streams[source], eventBytesMax);
}

export async function ensureDeadLetterStream(manager: JetStreamManager): Promise<StreamInfo> {
  return ensure(manager, deadLetterStream, deadLetterBytesMax);
}

async function ensure(
  manager: JetStreamManager,
  { name, subjects }: { readonly name: string; readonly subjects: readonly string[] },
  maxBytes: number,
): Promise<StreamInfo> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    return await manager.streams.add({
      name,
      subjects: [...subjects],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_age: maxAgeNs,
      max_bytes: maxBytes,
      duplicate_window: duplicateWindowNs,
    });
  } catch (error) {
    // Somebody else made it in the same moment, of an older or newer release perhaps.
    if (apiCode(error) !== alreadyInUse) throw error;
    return manager.streams.info(name);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && (error.name === 'StreamNotFoundError' || error.name === 'ConsumerNotFoundError');
}

function apiCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
