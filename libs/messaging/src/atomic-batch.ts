import { headers, nuid, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

export interface BatchMessage {
  /** The server refuses a batch with an id that it has seen. */
  readonly id: string;
  readonly subject: string;
  readonly payload: Uint8Array | string;
}

export type BatchOutcome =
  | { readonly kind: 'stored'; readonly lastSeq: bigint }
  /** For what is in it or for want of room; nothing of it is stored. */
  | { readonly kind: 'refused' }
  /** By a server or stream that knows no batches. What was sent may be stored, message by message. */
  | { readonly kind: 'unsupported' };

interface BatchAnswer {
  readonly seq?: number;
  readonly batch?: string;
  readonly error?: { readonly err_code?: number };
}

/** The server's words for a stream whose `allow_atomic` is not set. */
const batchesDisabled = 10174;

/**
 * Puts all messages on their stream, in their order and with nothing between them, or none: one answer for all of them
 * (NATS 2.12, ADR-50). The client's own batches wait for an answer to the first message and let none have an id.
 * Errors: the client's, when no answer came; then the server may have stored all of it.
 */
export async function publishAtOnce(
  connection: NatsConnection,
  messages: readonly BatchMessage[],
  timeoutMs: number,
): Promise<BatchOutcome> {
  const batch = nuid.next();
  const before = messages.slice(0, -1);
  const [last] = messages.slice(-1);
  if (last === undefined) throw new Error('A batch has at least one message.');
  for (const [index, message] of before.entries()) {
    connection.publish(message.subject, message.payload, { headers: headersOf(batch, message, index + 1) });
  }
  const commit = headersOf(batch, last, messages.length);
  commit.set('Nats-Batch-Commit', '1');
  const reply = await connection.request(last.subject, last.payload, { headers: commit, timeout: timeoutMs });
  const answer = reply.json<BatchAnswer>();
  if (answer.error?.err_code === batchesDisabled) return { kind: 'unsupported' };
  if (answer.error !== undefined) return { kind: 'refused' };
  if (answer.batch !== batch || answer.seq === undefined) return { kind: 'unsupported' };
  return { kind: 'stored', lastSeq: BigInt(answer.seq) };
}

function headersOf(batch: string, { id }: BatchMessage, position: number): MsgHdrs {
  const of = headers();
  of.set('Nats-Msg-Id', id);
  of.set('Nats-Batch-Id', batch);
  of.set('Nats-Batch-Sequence', String(position));
  return of;
}
