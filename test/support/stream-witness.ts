import { jetstream, jetstreamManager, type ConsumerMessages } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams, type EventEnvelope } from '#contracts';

/** Somebody who reads all payments' events as a service does, acknowledges them, and remembers in what order they came. */
export class StreamWitness {
  private readonly seen = new Map<string, EventEnvelope>();

  private constructor(
    private readonly connection: NatsConnection,
    private readonly messages: ConsumerMessages,
  ) {
    void this.watch();
  }

  static async at(natsUrl: string): Promise<StreamWitness> {
    const connection = await connect({ servers: natsUrl, maxReconnectAttempts: -1 });
    const stream = streams.payments.name;
    await (
      await jetstreamManager(connection)
    ).consumers.add(stream, { durable_name: 'witness', ack_policy: 'explicit' });
    const consumer = await jetstream(connection).consumers.get(stream, 'witness');
    return new StreamWitness(connection, await consumer.consume());
  }

  /** How full the stream is: of so many bytes. */
  async fullness(): Promise<{ readonly bytes: number; readonly max: number }> {
    const { state, config } = await (await jetstreamManager(this.connection)).streams.info(streams.payments.name);
    return { bytes: state.bytes, max: config.max_bytes };
  }

  /** The versions of each payment in the order in which they came first. */
  get versions(): ReadonlyMap<string, readonly number[]> {
    const bySubject = Map.groupBy(this.seen.values(), (event) => event.subject);
    return new Map([...bySubject].map(([subject, events]) => [subject, events.map((event) => event.aggregateversion)]));
  }

  async leave(): Promise<void> {
    this.messages.stop();
    await this.connection.close();
  }

  private async watch(): Promise<void> {
    for await (const message of this.messages) {
      const event = message.json<EventEnvelope>();
      if (!this.seen.has(event.id)) this.seen.set(event.id, event);
      message.ack();
    }
  }
}
