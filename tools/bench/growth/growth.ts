import type { BenchStack } from '../bench-stack.ts';
import { residentMemory, tableFootprint } from '../figures/footprint.ts';
import { comparedWith, medianOf, quantile, type Measurement } from '../figures/measurement.ts';
import { processorMsBetween, processorTimes } from '../figures/processor-time.ts';
import { HttpDoor } from '../load/http-door.ts';
import { saturate } from '../load/saturation.ts';
import { seedUpTo } from './seed.ts';

const runs = 3;
const seconds = 6;
const warmUpSeconds = 8;
const connections = 64;
const lists = 300;

const list = JSON.stringify({
  query: '{ payments(first: 20) { nodes { id reference status createdAt } pageInfo { endCursor hasNextPage } } }',
});

/** Accepting and listing while the tables grow. What works payments off is halted, as for `accept`. */
export function growth(sizes: readonly number[]): (stack: BenchStack) => Promise<Measurement[]> {
  return async (stack) => {
    await stack.halt('orchestrator', 'fraud', 'settlement', 'webhooks', 'sandbox');
    await saturate(stack.api, { connections, seconds: warmUpSeconds });
    const measurements: Measurement[] = [];
    let smallest: readonly number[] | undefined;
    for (const size of sizes) {
      await seedUpTo(stack, size);
      const when = `at ${size} payments`;
      const { rates, postgresMs } = await acceptSome(stack);
      const accepted = medianOf(`accept ${when}`, rates, 'payments/s');
      measurements.push(smallest === undefined ? accepted : comparedWith(accepted, rates, { smallest }));
      measurements.push(medianOf(`accept ${when}, processor time of PostgreSQL`, postgresMs, 'ms/payment'));
      smallest ??= rates;
      measurements.push(...(await listing(stack, when)));
      measurements.push(...(await residentMemory(stack, ['api'], when)), ...(await tableFootprint(stack, when)));
    }
    return measurements;
  };
}

interface Accepted {
  readonly rates: readonly number[];
  /** What grows with the tables if anything does; between two sizes lie minutes, in which a machine may change its speed. */
  readonly postgresMs: readonly number[];
}

async function acceptSome(stack: BenchStack): Promise<Accepted> {
  const postgres = await stack.pidOf('postgres');
  const rates: number[] = [];
  const postgresMs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = await processorTimes(postgres);
    const perSecond = await saturate(stack.api, { connections, seconds });
    rates.push(perSecond);
    postgresMs.push(processorMsBetween(before, await processorTimes(postgres)) / (perSecond * seconds));
  }
  return { rates, postgresMs };
}

/** The first page, as a merchant's back office asks for it. */
async function listing(stack: BenchStack, when: string): Promise<Measurement[]> {
  const door = await HttpDoor.open(stack.api, 1);
  const p50: number[] = [];
  const p99: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const durations: number[] = [];
      for (let number = 0; number < lists; number += 1) {
        const began = performance.now();
        const answer = await door.post(list);
        if (!answer.includes('"hasNextPage":true')) throw new Error(`no list: ${answer.slice(0, 500)}`);
        durations.push(performance.now() - began);
      }
      durations.sort((a, b) => a - b);
      p50.push(quantile(durations, 0.5));
      p99.push(quantile(durations, 0.99));
    }
  } finally {
    door.close();
  }
  return [medianOf(`list ${when}, p50`, p50, 'ms'), medianOf(`list ${when}, p99`, p99, 'ms')];
}
