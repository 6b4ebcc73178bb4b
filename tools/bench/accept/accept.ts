import type { DoorAddress } from '../load/http-door.ts';
import type { BenchStack } from '../bench-stack.ts';
import { comparedWith, measured, medianOf, quantile, type Measurement } from '../figures/measurement.ts';
import { processorMsBetween, processorTimes } from '../figures/processor-time.ts';
import { arrive } from '../load/arrivals.ts';
import { saturate } from '../load/saturation.ts';
import { PeerProcess } from '../peers/peer-process.ts';
import { readPattern, type PaymentRows } from './pattern-rows.ts';
import { writePlainRows } from './plain-rows.ts';

const runs = 3;
const seconds = 8;
/** Before the first run: Node compiles what it runs often, and the first ten thousand payments pay for that. */
const warmUpSeconds = 8;
/** Each of these is tried while warming up; everybody runs with the number that suits it best. */
const connectionsTried = [16, 32, 64, 128] as const;
/** Of its own peak: as busy as one lets a service become. */
const busyShare = 0.7;

interface Contestant {
  readonly name: string;
  /** Payments a second. */
  run(connections: number, seconds: number): Promise<number>;
}

/**
 * How many payments a second are accepted: written durably and answered. What works them off is halted, so that it is the way
 * of a payment into the database that is measured, and its peers take the same turns in the same minute.
 */
export async function accept(stack: BenchStack): Promise<Measurement[]> {
  await stack.halt('orchestrator', 'fraud', 'settlement', 'webhooks', 'sandbox');
  const { api, demo } = stack;
  await saturate(api, { connections: 1, payments: 1 });
  const pattern = await readPattern(stack.database);
  const peers = await startPeers(demo.databaseUrl, pattern);
  try {
    const own = mutation('accept', api);
    const others = [
      mutation('bare mutation', { url: peers.bare.graphqlUrl, secretKey: 'none' }),
      { name: 'plain pg', run: plainRows(demo.databaseUrl, pattern) },
      mutation('TypeORM save()', { url: peers.naive.graphqlUrl, secretKey: 'none' }),
    ];
    const { rates, costs } = await takeTurns(stack, own, others);
    return [...figuresOf(rates, own, others), ...costs, ...(await whileBusy(api, rates.get(own) ?? []))];
  } finally {
    await Promise.all([peers.bare.stop(), peers.naive.stop()]);
  }
}

async function startPeers(url: string, pattern: PaymentRows): Promise<{ bare: PeerProcess; naive: PeerProcess }> {
  const bare = await PeerProcess.start(new URL('bare-mutation.process.js', import.meta.url));
  const variables = { DATABASE_URL: url, PATTERN: JSON.stringify(pattern) };
  const naive = await PeerProcess.start(new URL('naive-save.process.js', import.meta.url), variables);
  return { bare, naive };
}

function mutation(name: string, address: DoorAddress): Contestant {
  return { name, run: (connections, forSeconds) => saturate(address, { connections, seconds: forSeconds }) };
}

function plainRows(url: string, pattern: PaymentRows): Contestant['run'] {
  return (connections, forSeconds) => writePlainRows(url, pattern, { connections, seconds: forSeconds });
}

interface Turns {
  readonly rates: ReadonlyMap<Contestant, readonly number[]>;
  readonly costs: readonly Measurement[];
}

async function takeTurns(stack: BenchStack, own: Contestant, others: readonly Contestant[]): Promise<Turns> {
  const all = [own, ...others];
  const rates = new Map<Contestant, number[]>(all.map((contestant) => [contestant, []]));
  const connections = new Map<Contestant, number>();
  for (const contestant of all) connections.set(contestant, await bestOf(contestant));
  const [api, postgres] = [await stack.pidOf('api'), await stack.pidOf('postgres')];
  const apiMs: number[] = [];
  const postgresMs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    for (const contestant of all) {
      const before = [await processorTimes(api), await processorTimes(postgres)] as const;
      const perSecond = await contestant.run(connections.get(contestant) ?? 1, seconds);
      rates.get(contestant)?.push(perSecond);
      if (contestant !== own) continue;
      apiMs.push(processorMsBetween(before[0], await processorTimes(api)) / (perSecond * seconds));
      postgresMs.push(processorMsBetween(before[1], await processorTimes(postgres)) / (perSecond * seconds));
    }
  }
  const costs = [
    medianOf('accept, processor time of the API', apiMs, 'ms/payment'),
    medianOf('accept, processor time of PostgreSQL', postgresMs, 'ms/payment'),
    measured('accept, connections at the peak', connections.get(own) ?? 0, ''),
  ];
  return { rates, costs };
}

async function bestOf(contestant: Contestant): Promise<number> {
  await contestant.run(connectionsTried[1], warmUpSeconds);
  let best = { connections: 0, perSecond: 0 };
  for (const connections of connectionsTried) {
    const perSecond = await contestant.run(connections, 2);
    if (perSecond > best.perSecond) best = { connections, perSecond };
  }
  return best.connections;
}

function figuresOf(rates: Turns['rates'], own: Contestant, others: readonly Contestant[]): Measurement[] {
  const of = (contestant: Contestant): readonly number[] => rates.get(contestant) ?? [];
  const peers = Object.fromEntries(others.map((other) => [other.name, of(other)]));
  return [
    comparedWith(medianOf('accept', of(own), 'payments/s'), of(own), peers),
    ...others.map((other) => medianOf(`accept, peer: ${other.name}`, of(other), 'payments/s')),
  ];
}

/** How long a payment takes at 70 % of the peak, from when it was meant to come. */
async function whileBusy(api: DoorAddress, rates: readonly number[]): Promise<Measurement[]> {
  const perSecond = Math.round(busyShare * medianOf('', rates, '').value);
  const p50: number[] = [];
  const p99: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const durations = await arrive(api, { perSecond, seconds });
    p50.push(quantile(durations, 0.5));
    p99.push(quantile(durations, 0.99));
  }
  const name = `accept at ${perSecond} payments/s (70 % of the peak)`;
  return [medianOf(`${name}, p50`, p50, 'ms'), medianOf(`${name}, p99`, p99, 'ms')];
}
