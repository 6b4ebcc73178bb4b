import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { announcePort } from '../peers/peer-process.ts';
import type { PublishOrder } from './raw-publisher.ts';

/** As many as the relay has under way: a page of its log. */
const underWayMax = 500;

const client = jetstream(await connect({ servers: process.env['NATS_URL'] ?? '' }));

/** Publishes as JetStream is meant to be used for speed: many under way, each acknowledged. */
process.on('message', ({ subject, payload, amount }: PublishOrder) => {
  let left = amount;
  const publisher = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await client.publish(subject, payload);
    }
  };
  void Promise.all(Array.from({ length: Math.min(amount, underWayMax) }, publisher));
});
announcePort(0);
