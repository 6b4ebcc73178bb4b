import type { ConsumerConfig, ConsumerInfo, JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import { isNotFound } from './topology.ts';

type Filter = Pick<ConsumerConfig, 'filter_subject' | 'filter_subjects'>;

/**
 * Removes what every consumer has handled. Without this a busy day would fill the stream, and the relay would wait for
 * the week in which the oldest messages expire. Gives the names of consumers that came while this was done: they may have
 * missed messages without knowing it.
 */
export async function makeRoom(manager: JetStreamManager, seen: StreamInfo): Promise<readonly string[]> {
  const { name } = seen.config;
  const consumers = await consumersOf(manager, name);
  const floors = await Promise.all(consumers.map((consumer) => handledBy(manager, seen, consumer)));
  const handled = Math.min(seen.state.last_seq, ...floors);
  if (handled < seen.state.first_seq) return [];
  await manager.streams.purge(name, { seq: handled + 1 });

  const known = new Set(consumers.map((consumer) => consumer.name));
  const present = await consumersOf(manager, name);
  return present.map((consumer) => consumer.name).filter((consumer) => !known.has(consumer));
}

export async function consumersOf(manager: JetStreamManager, stream: string): Promise<readonly ConsumerInfo[]> {
  const consumers: ConsumerInfo[] = [];
  for await (const consumer of manager.consumers.list(stream)) consumers.push(consumer);
  return consumers;
}

/**
 * Up to where the consumer needs nothing any more. Messages that its filter leaves out do not move its floor, so one that
 * has been given everything that is for it needs nothing of the whole stream. What the server counts as pending cannot
 * tell: a message is counted for its consumers a moment after it was acknowledged to its publisher.
 */
async function handledBy(manager: JetStreamManager, seen: StreamInfo, consumer: ConsumerInfo): Promise<number> {
  const stream = seen.config.name;
  const lastForIt = await lastMatching(manager, stream, consumer.config);
  try {
    const { num_ack_pending, ack_floor, delivered } = await manager.consumers.info(stream, consumer.name);
    if (num_ack_pending > 0) return ack_floor.stream_seq;
    return delivered.stream_seq >= lastForIt ? seen.state.last_seq : delivered.stream_seq;
  } catch (error) {
    if (isNotFound(error)) return seen.state.last_seq;
    throw error;
  }
}

/** The sequence of the last message on the stream that is for such a consumer; 0 when there is none. */
export async function lastMatching(manager: JetStreamManager, stream: string, filter: Filter): Promise<number> {
  const subjects = filter.filter_subjects ?? [filter.filter_subject ?? '>'];
  const last = await Promise.all(
    subjects.map((subject) => manager.streams.getMessage(stream, { last_by_subj: subject })),
  );
  return Math.max(0, ...last.map((message) => message?.seq ?? 0));
}
