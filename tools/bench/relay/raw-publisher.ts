import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { BenchStack } from '../bench-stack.ts';
import { PeerProcess } from '../peers/peer-process.ts';
import type { Carrier } from './carrier.ts';
import type { EventPattern } from './event-pattern.ts';

export interface PublishOrder {
  readonly subject: string;
  readonly payload: string;
  readonly amount: number;
}

const stream = 'RAW';
const subject = 'raw.event';

/** Publishing without anything to publish from: nothing is read, nothing is remembered. */
export async function rawPublisher({ natsUrl }: BenchStack, { payload }: EventPattern): Promise<Carrier> {
  const connection = await connect({ servers: natsUrl });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: [subject] });
  const publisher = await PeerProcess.start(new URL('raw-publisher.process.js', import.meta.url), {
    NATS_URL: natsUrl,
  });
  const client = jetstream(connection);
  return {
    name: 'raw JetStream publishing',
    stream,
    seed(amount) {
      publisher.tell({ subject, payload, amount } satisfies PublishOrder);
      return Promise.resolve();
    },
    commit(id) {
      const at = Date.now();
      return client.publish(subject, payload, { msgID: id }).then(() => at);
    },
    messageIdOf: (id) => id,
    async stop() {
      await publisher.stop();
      await connection.close();
    },
  };
}
