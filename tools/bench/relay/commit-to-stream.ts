import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams } from '#contracts';
import type { BenchStack } from '../bench-stack.ts';
import { medianOf, quantile, type Measurement } from '../figures/measurement.ts';
import { arrive } from '../load/arrivals.ts';

/** Each pace is kept so often; the figure is the median of the runs. */
const runs = 3;
const seconds = 10;
/** Before the first run: the programs compile what they run often, which a service that is up for an hour has behind it. */
const warmUpSeconds = 15;
/** Payments a second, of four events each: a busy shop, and about half of what two cores carry through. */
const paces = [50, 150] as const;

/**
 * From the moment an event is written (its `time`, taken right before the commit) to the moment at which the broker stored
 * it, both clocks being this machine's. At a steady pace: a relay behind a queue of the bench's own making tells nothing.
 */
export async function commitToStream(stack: BenchStack): Promise<Measurement[]> {
  const broker = await connect({ servers: stack.demo.natsUrl });
  try {
    await arrive(stack.api, { perSecond: paces[0], seconds: warmUpSeconds });
    const measurements: Measurement[] = [];
    for (const perSecond of paces) {
      const p50: number[] = [];
      const p99: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        const delaysMs = await delaysAt(perSecond, broker, stack);
        p50.push(quantile(delaysMs, 0.5));
        p99.push(quantile(delaysMs, 0.99));
      }
      const name = `commit → stream at ${perSecond} payments/s`;
      measurements.push(medianOf(`${name}, p50`, p50, 'ms'), medianOf(`${name}, p99`, p99, 'ms'));
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
  await arrive(stack.api, { perSecond, seconds });
  await stack.quiet();
  messages.stop();
  await reading;
  return delaysMs.toSorted((a, b) => a - b);
}
