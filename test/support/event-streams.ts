import { connect, type NatsConnection } from '@nats-io/transport-node';
import { encodeEnvelope, streams, subjectOf, type EventEnvelope, type EventSource, type LoggedEvent } from '#contracts';
import { Broker, ensureStream, lastMatching } from '#messaging';
import { until } from './until.ts';

/** The test's own hands on the broker: says what other services would say, and hears what the one under test says. */
export class EventStreams {
  private readonly broker: Broker;
  private readonly heard: EventEnvelope[] = [];
  private listener: NatsConnection | undefined;
  private published = 0;

  private constructor(url: string) {
    this.broker = new Broker({ url, name: 'test' });
  }

  /** Hears everything that the sources say from now on. */
  static async open(url: string, ...sources: readonly EventSource[]): Promise<EventStreams> {
    const opened = new EventStreams(url);
    await opened.restore();
    opened.listener = await connect({ servers: url });
    for (const source of sources) {
      opened.listener.subscribe(`${source}.v1.>`, {
        callback: (_, message) => void opened.heard.push(message.json<EventEnvelope>()),
      });
    }
    await opened.listener.flush();
    return opened;
  }

  /** Makes the streams that are missing, as the relays would, as soon as the broker answers. */
  async restore(): Promise<void> {
    await until('the streams', async () => {
      const manager = await this.broker.manager();
      for (const source of Object.keys(streams) as EventSource[]) await ensureStream(manager, source);
      return true;
    });
  }

  /** Each call is another delivery, also of the same event: the broker takes every message for a new one. */
  async publish(source: EventSource, ...events: readonly LoggedEvent[]): Promise<void> {
    await Promise.all(
      events.map((event) => {
        return this.broker.publish(
          subjectOf(source, event),
          encodeEnvelope(source, event),
          `${event.id} ${(this.published += 1)}`,
        );
      }),
    );
  }

  /** What has been heard, each event once, in the order of its first message. */
  heardOf<Data>(type: string): EventEnvelope<Data>[] {
    const firsts = new Map(this.heard.map((event) => [event.id, event] as const).toReversed());
    return [...firsts.values()].toReversed().filter((event) => event.type === type) as EventEnvelope<Data>[];
  }

  /** Waits until so many events of the type have been heard. */
  async hear<Data>(type: string, count: number): Promise<EventEnvelope<Data>[]> {
    return until(`${count} × ${type}`, () => {
      const events = this.heardOf<Data>(type);
      return events.length >= count && events;
    });
  }

  /** How many messages of the stream the consumer has not answered yet. */
  async remaining(source: EventSource, consumer: string): Promise<number> {
    const info = await (await this.broker.manager()).consumers.info(streams[source].name, consumer);
    return info.num_pending + info.num_ack_pending;
  }

  /**
   * Whether the consumer has answered everything that is for it by now. None remaining does not say so: the server counts a
   * message for its consumers a moment after it was acknowledged to us.
   */
  async isDone(source: EventSource, consumer: string): Promise<boolean> {
    const stream = streams[source].name;
    const manager = await this.broker.manager();
    const last = await lastMatching(manager, stream, (await manager.consumers.info(stream, consumer)).config);
    const { delivered, num_ack_pending } = await manager.consumers.info(stream, consumer);
    return delivered.stream_seq >= last && num_ack_pending === 0;
  }

  async close(): Promise<void> {
    await this.listener?.close();
    await this.broker.close();
  }
}
