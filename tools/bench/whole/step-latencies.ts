import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams } from '#contracts';
import { parseId, uuidOf } from '#domain';
import type { BenchStack } from '../bench-stack.ts';
import { measured, quantile, type Measurement } from '../figures/measurement.ts';
import { arrive } from '../load/arrivals.ts';

/** A busy shop, and few enough that what is measured is the way and not a queue. */
const perSecond = 50;
const seconds = 20;

/** When a payment was as far as that, in ms since 1970; each by the clock of this machine. */
interface Passage {
  readonly created: number;
  readonly assessed: number;
  readonly authorized: number;
  readonly captured: number;
  readonly journal: number;
  readonly settled: number;
  /** Under which the feed tells of the capture. */
  readonly captured_event: string;
}

const passages = `
  SELECT extract(epoch FROM created.occurred_at)::float8 * 1000 AS created,
    extract(epoch FROM assessed.occurred_at)::float8 * 1000 AS assessed,
    extract(epoch FROM authorized.occurred_at)::float8 * 1000 AS authorized,
    extract(epoch FROM captured.occurred_at)::float8 * 1000 AS captured,
    extract(epoch FROM journal.posted_at)::float8 * 1000 AS journal,
    extract(epoch FROM payment.settled_at)::float8 * 1000 AS settled,
    captured.event_id AS captured_event
  FROM payments.payment
  JOIN payments.event created ON created.aggregate_id = payment.id AND created.type = 'payment.created'
  JOIN fraud.event assessed ON assessed.aggregate_id = payment.id
  JOIN payments.event authorized ON authorized.aggregate_id = payment.id AND authorized.type = 'payment.authorized'
  JOIN payments.event captured ON captured.aggregate_id = payment.id AND captured.type = 'payment.captured'
  JOIN books.journal journal ON journal.event_id = captured.event_id
  WHERE payment.created_at >= $1`;

/** How long each step takes while payments come evenly, from what the event logs say about when it was done. */
export async function stepLatencies(stack: BenchStack): Promise<Measurement[]> {
  const broker = await connect({ servers: stack.demo.natsUrl });
  try {
    const began = new Date();
    const feed = await listenToFeed(broker);
    await arrive(stack.api, { perSecond, seconds });
    const ended = `SELECT count(*) FROM payments.payment WHERE settled_at IS NOT NULL OR state = 'failed'`;
    await stack.counts(await stack.count('SELECT count(*) FROM payments.payment'), ended, 'all to be settled');
    const toldAt = await feed.stop();
    const { rows } = await stack.database.query<Passage>(passages, [began]);
    const step = (name: string, from: keyof Passage, to: (passage: Passage) => number | undefined): Measurement[] => {
      const durations = rows.map((row) => (to(row) ?? Number.NaN) - Number(row[from]));
      const sorted = durations.filter((duration) => !Number.isNaN(duration)).sort((a, b) => a - b);
      const of = `${name} at ${perSecond} payments/s`;
      return [0.5, 0.99].map((share) => measured(`${of}, p${share * 100}`, quantile(sorted, share), 'ms'));
    };
    return [
      ...step('step: created → assessed', 'created', ({ assessed }) => assessed),
      ...step('step: assessed → authorized', 'assessed', ({ authorized }) => authorized),
      ...step('step: authorized → captured', 'authorized', ({ captured }) => captured),
      ...step('step: captured → journal', 'captured', ({ journal }) => journal),
      ...step('step: captured → feed', 'captured', ({ captured_event: event }) => toldAt.get(event)),
      ...step('step: created → feed', 'created', ({ captured_event: event }) => toldAt.get(event)),
      ...step('step: captured → settled (batches of 5 s)', 'captured', ({ settled }) => settled),
    ];
  } finally {
    await broker.close();
  }
}

/** When the broker stored what the feed tells, by the UUID of the event. */
async function listenToFeed(broker: NatsConnection): Promise<{ stop(): Promise<ReadonlyMap<string, number>> }> {
  const consumer = await jetstream(broker).consumers.get(streams.feed.name, { deliver_policy: DeliverPolicy.New });
  const messages = await consumer.consume();
  const toldAt = new Map<string, number>();
  const reading = (async () => {
    for await (const message of messages) {
      const id = parseId('evt', message.json<{ id: string }>().id);
      if (id !== undefined) toldAt.set(uuidOf(id), message.info.timestampNanos / 1e6);
    }
  })();
  return {
    async stop() {
      messages.stop();
      await reading;
      return toldAt;
    },
  };
}
