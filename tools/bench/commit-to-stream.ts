import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { streams } from '#contracts';
import type { BenchStack } from './bench-stack.ts';
import { createPayments } from './load.ts';
import { measured, quantile, type Measurement } from './measurement.ts';

const seconds = 10;
/** About what a busy shop makes; the relay is not to be measured behind a queue of its own making. */
const connections = 2;

/**
 * From the moment an event is written (its `time`, taken right before the commit) to the moment at which the broker stored
 * it, both clocks being this machine's.
 */
export async function commitToStream(stack: BenchStack): Promise<Measurement[]> {
  const broker = await connect({ servers: stack.demo.natsUrl });
  try {
    const consumer = await jetstream(broker).consumers.get(streams.payments.name, { deliver_policy: 'new' as never });
    const messages = await consumer.consume();
    const delaysMs: number[] = [];
    const reading = (async () => {
      for await (const message of messages) {
        const { time } = message.json<{ time: string }>();
        delaysMs.push(message.info.timestampNanos / 1e6 - Date.parse(time));
      }
    })();
    await createPayments(stack.demo, { connections, seconds });
    await stack.quiet();
    messages.stop();
    await reading;
    delaysMs.sort((a, b) => a - b);
    return [
      measured(
        `commit → stream at ${Math.round(delaysMs.length / seconds)} events/s, p50`,
        quantile(delaysMs, 0.5),
        'ms',
      ),
      measured('commit → stream, p99', quantile(delaysMs, 0.99), 'ms'),
    ];
  } finally {
    await broker.close();
  }
}
