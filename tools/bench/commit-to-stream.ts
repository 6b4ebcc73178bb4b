import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams } from '#contracts';
import type { BenchStack } from './bench-stack.ts';
import { createPayments } from './load.ts';
import { measured, quantile, type Measurement } from './measurement.ts';

const seconds = 10;
const connections = 16;
/** Payments a second, of four events each: a busy shop, and about half of what two cores carry through. */
const paces = [50, 150] as const;

/**
 * From the moment an event is written (its `time`, taken right before the commit) to the moment at which the broker stored
 * it, both clocks being this machine's. At a steady pace: a relay behind a queue of the bench's own making tells nothing.
 */
export async function commitToStream(stack: BenchStack): Promise<Measurement[]> {
  const broker = await connect({ servers: stack.demo.natsUrl });
  try {
    const measurements: Measurement[] = [];
    for (const perSecond of paces) {
      const delaysMs = await delaysAt(perSecond, broker, stack);
      const name = `commit → stream at ${perSecond} payments/s`;
      measurements.push(
        measured(`${name}, p50`, quantile(delaysMs, 0.5), 'ms'),
        measured(`${name}, p99`, quantile(delaysMs, 0.99), 'ms'),
      );
    }
    return measurements;
  } finally {
    await broker.close();
  }
}

/** In ascending order. */
async function delaysAt(perSecond: number, broker: NatsConnection, stack: BenchStack): Promise<number[]> {
  const consumer = await jetstream(broker).consumers.get(streams.payments.name, { deliver_policy: DeliverPolicy.New });
  const messages = await consumer.consume();
  const delaysMs: number[] = [];
  const reading = (async () => {
    for await (const message of messages) {
      const { time } = message.json<{ time: string }>();
      delaysMs.push(message.info.timestampNanos / 1e6 - Date.parse(time));
    }
  })();
  await createPayments(stack.demo, { connections, seconds, perSecond });
  await stack.quiet();
  messages.stop();
  await reading;
  return delaysMs.toSorted((a, b) => a - b);
}
