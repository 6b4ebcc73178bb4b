import type { BenchStack } from '../bench-stack.ts';
import { serviceNames } from '../../provisioning/service-databases.ts';
import { residentMemory, tableFootprint } from '../figures/footprint.ts';
import { measured, medianOf, type Measurement } from '../figures/measurement.ts';
import { tell } from '../figures/progress.ts';
import { saturate } from '../load/saturation.ts';
import { stepLatencies } from './step-latencies.ts';

const runs = 3;
const payments = 3_000;
/** So many are carried the whole way before the first run: by then every process has compiled what it runs often. */
const paymentsBefore = 3_000;
const connections = 32;

/** On a machine that is short of everything acquirers time out; such a payment ends as well, and is told of. */
const failed = `SELECT count(*) FROM payments.payment WHERE state = 'failed'`;

/** Where a payment is counted when it has come so far. */
const milestones = {
  captured: `SELECT count(*) FROM payments.payment WHERE captured > 0`,
  journal: `SELECT count(*) FROM books.journal WHERE kind = 'payment_captured'`,
  feed: `SELECT count(*) FROM feed.merchant_event WHERE type = 'payment.captured'`,
  settled: `SELECT count(*) FROM payments.payment WHERE settled_at IS NOT NULL`,
} as const;

type Milestone = keyof typeof milestones;
const names = Object.keys(milestones) as Milestone[];

/**
 * Everything runs, and payments come as fast as they are accepted. What is measured is from the first mutation until the last
 * of the payments has come so far: what is accepted quickly and worked off slowly counts as slow.
 */
export async function whole(stack: BenchStack): Promise<Measurement[]> {
  await carry(stack, paymentsBefore);
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Milestone, number[]>;
  const rest: number[] = [];
  const accepted: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { seconds, acceptedPerSecond } = await carry(stack, payments);
    accepted.push(acceptedPerSecond);
    for (const name of names) rates[name].push(payments / seconds[name]);
    rest.push(payments / Math.max(seconds.journal, seconds.feed));
  }
  return [
    medianOf('whole payment (create → authorize → capture → journal → feed)', rest, 'payments/s'),
    ...names.map((name) => medianOf(`whole, from mutation to ${name}`, rates[name], 'payments/s')),
    medianOf('whole, accepted beside everything else', accepted, 'payments/s'),
    measured('whole, payments that failed', await stack.count(failed), ''),
    ...(await stepLatencies(stack)),
    ...(await residentMemory(stack, serviceNames, 'after them')),
    ...(await tableFootprint(stack, 'after them')),
  ];
}

interface Carried {
  readonly seconds: Readonly<Record<Milestone, number>>;
  readonly acceptedPerSecond: number;
}

/** How long so many payments take from the first mutation until all are as far as each of the milestones. */
async function carry(stack: BenchStack, amount: number): Promise<Carried> {
  const orFailed = (name: Milestone): string => `SELECT (${milestones[name]}) + (${failed}) AS count`;
  const before = await Promise.all(names.map((name) => stack.count(orFailed(name))));
  const began = performance.now();
  const accepted = saturate(stack.api, { connections, payments: amount });
  const reached = names.map(async (name, index) => {
    await accepted;
    await stack.counts((before[index] ?? 0) + amount, orFailed(name), `${amount} payments to be ${name}`);
    const seconds = (performance.now() - began) / 1_000;
    tell(`${amount} ${name} after`, seconds, 's');
    return [name, seconds] as const;
  });
  const seconds = Object.fromEntries(await Promise.all(reached)) as Record<Milestone, number>;
  return { seconds, acceptedPerSecond: await accepted };
}
