import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { streams, type EventEnvelope, type EventSource } from '#contracts';

/** Everything that a service has said so far, in the stream's order, read as any partner with an account would. */
export async function messagesOf(natsUrl: string, source: EventSource = 'payments'): Promise<EventEnvelope[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const stream = streams[source].name;
    const { state } = await (await jetstreamManager(connection)).streams.info(stream);
    const events: EventEnvelope[] = [];
    if (state.messages === 0) return events;
    const consumer = await jetstream(connection).consumers.get(stream);
    const messages = await consumer.consume({ max_messages: 5_000 });
    for await (const message of messages) {
      events.push(message.json<EventEnvelope>());
      if (message.seq >= state.last_seq) break;
    }
    return events;
  } finally {
    await connection.close();
  }
}
