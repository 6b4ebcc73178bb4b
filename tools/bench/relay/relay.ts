import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BenchStack } from '../bench-stack.ts';
import { comparedWith, medianOf, quantile, type Measurement } from '../figures/measurement.ts';
import { backlogRate, delaysAt, type Carrier } from './carrier.ts';
import { readEventPattern } from './event-pattern.ts';
import { outboxPeer } from './outbox-peer.ts';
import { ownRelay } from './own-relay.ts';
import { rawPublisher } from './raw-publisher.ts';

const runs = 3;
const backlog = 20_000;
/** It is so much slower that a larger backlog would not be carried while one looks. */
const backlogOfOutbox = 2_000;
const pace = { perSecond: 1_000, seconds: 5 };
/** What the outbox carries at all, so that its figure is not its queue's. */
const paceOfOutbox = { perSecond: 50, seconds: 5 };

interface Runner {
  readonly carrier: Carrier;
  readonly backlog: number;
  readonly pace: typeof pace;
}

/** Carrying what was committed to the stream, and nothing else: no services run beside it. */
export async function relay(stack: BenchStack): Promise<Measurement[]> {
  await stack.halt('api', 'orchestrator', 'fraud', 'settlement', 'webhooks', 'sandbox');
  // One of the peers reads PostgreSQL's own log, and all are measured on the same server.
  await stack.setPostgres('wal_level', 'logical');
  const broker = await connect({ servers: stack.natsUrl });
  const pattern = await readEventPattern(stack);
  const own: Runner = { carrier: await ownRelay(stack, pattern), backlog, pace };
  const raw: Runner = { carrier: await rawPublisher(stack, pattern), backlog, pace };
  const outbox: Runner = {
    carrier: await outboxPeer(stack, pattern),
    backlog: backlogOfOutbox,
    pace: paceOfOutbox,
  };
  try {
    const runners = [own, raw, outbox];
    return [...(await rates(broker, runners)), ...(await delays(broker, runners))];
  } finally {
    for (const { carrier } of [own, raw, outbox]) await carrier.stop();
    await broker.close();
  }
}

async function rates(broker: NatsConnection, [own, ...peers]: readonly Runner[]): Promise<Measurement[]> {
  if (own === undefined) return [];
  const taken = new Map<Runner, number[]>();
  for (const runner of [own, ...peers]) await backlogRate(broker, runner.carrier, runner.backlog);
  for (let run = 0; run < runs; run += 1) {
    for (const runner of [own, ...peers]) {
      const rate = await backlogRate(broker, runner.carrier, runner.backlog);
      taken.set(runner, [...(taken.get(runner) ?? []), rate]);
    }
  }
  const of = (runner: Runner): readonly number[] => taken.get(runner) ?? [];
  const byPeer = Object.fromEntries(peers.map((peer) => [peer.carrier.name, of(peer)]));
  return [
    comparedWith(medianOf('relay, backlog', of(own), 'events/s'), of(own), byPeer),
    ...peers.map((peer) => medianOf(`relay, peer: ${peer.carrier.name}`, of(peer), 'events/s')),
  ];
}

async function delays(broker: NatsConnection, runners: readonly Runner[]) {
  const measurements: Measurement[] = [];
  for (const runner of runners) {
    await delaysAt(broker, runner.carrier, runner.pace);
    const p50: number[] = [];
    const p99: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const sorted = await delaysAt(broker, runner.carrier, runner.pace);
      p50.push(quantile(sorted, 0.5));
      p99.push(quantile(sorted, 0.99));
    }
    const name = `commit → stream at ${runner.pace.perSecond} events/s, ${runner.carrier.name}`;
    measurements.push(medianOf(`${name}, p50`, p50, 'ms'), medianOf(`${name}, p99`, p99, 'ms'));
  }
  return measurements;
}
