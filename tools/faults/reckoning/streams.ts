import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type pg from 'pg';
import type { Finding } from './finding.ts';
import { uuidIn } from './type-id.ts';

/** The log behind each stream. */
const logs = [
  { stream: 'PAYMENTS', log: 'payments.event' },
  { stream: 'FRAUD', log: 'fraud.event' },
  { stream: 'SETTLEMENT', log: 'books.event' },
  { stream: 'FEED', log: 'feed.event' },
] as const;

/** What is read here of a message; everything else on it is for others. */
interface Message {
  readonly id: string;
  readonly subject: string;
  readonly aggregateversion: number;
}

/**
 * Every event of every log is on its stream, and those of one aggregate came to it for the first time in their order 1…n.
 * Repetitions are allowed: a stream is a carrier, and who reads it knows what it has seen.
 */
export async function checkStreams(database: pg.ClientBase, natsUrl: string, poison: string): Promise<Finding[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const found: Finding[] = [];
    for (const { stream, log } of logs) {
      const { rows } = await database.query<{ event_id: string; aggregate_id: string; aggregate_version: number }>(
        `SELECT event_id, aggregate_id, aggregate_version::int FROM ${log}`,
      );
      const seen = firstAppearances(await messagesOn(connection, stream, poison));
      const onStream = new Set([...seen.values()].flat().map(({ id }) => uuidIn(id)));
      const missing = rows.filter((row) => !onStream.has(row.event_id));
      const [first] = missing;
      if (first !== undefined) {
        const what = `${missing.length} of ${rows.length} are not, the first is ${JSON.stringify(first)}`;
        found.push({ harm: 'lost', check: `the log is on the stream ${stream}`, what });
      }
      found.push(...outOfOrder(stream, seen), ...(await leftInHand(connection, stream)));
    }
    return found;
  } finally {
    await connection.close();
  }
}

/** A message that comes back again and again is one that somebody cannot take. */
async function leftInHand(connection: NatsConnection, stream: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const consumer of (await jetstreamManager(connection)).consumers.list(stream)) {
    const { num_pending: unread, num_ack_pending: inHand, name } = consumer;
    // Whoever reads here and now has no name of its own.
    if (consumer.config.durable_name === undefined || unread + inHand === 0) continue;
    const what = `${name} on ${stream}: ${unread} not looked at, ${inHand} in hand`;
    found.push({ harm: 'stuck', check: 'consumers take everything', what });
  }
  return found;
}

function firstAppearances(messages: readonly Message[]): Map<string, Message[]> {
  const known = new Set<string>();
  const first = messages.filter(({ id }) => !known.has(id) && known.add(id));
  return Map.groupBy(first, ({ subject }) => subject);
}

function outOfOrder(stream: string, seen: ReadonlyMap<string, readonly Message[]>): Finding[] {
  return [...seen].flatMap(([subject, messages]): Finding[] => {
    const versions = messages.map((message) => message.aggregateversion);
    if (versions.every((version, index) => version === index + 1)) return [];
    const what = `${subject} came as ${versions.slice(0, 30).join(' ')}`;
    return [{ harm: 'wrong', check: `${stream} keeps the order`, what, payment: uuidIn(subject) }];
  });
}

async function messagesOn(connection: NatsConnection, stream: string, poison: string): Promise<Message[]> {
  const { state } = await (await jetstreamManager(connection)).streams.info(stream);
  const messages: Message[] = [];
  if (state.messages === 0) return messages;
  const consumer = await jetstream(connection).consumers.get(stream);
  for await (const message of await consumer.consume({ max_messages: 5_000 })) {
    const text = message.string();
    if (!text.includes(poison)) messages.push(JSON.parse(text) as Message);
    if (message.seq >= state.last_seq) break;
  }
  return messages;
}
