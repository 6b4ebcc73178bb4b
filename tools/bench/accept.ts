import type { BenchStack } from './bench-stack.ts';
import { createPayments } from './load.ts';
import { medianOf, type Measurement } from './measurement.ts';

const runs = 3;
const seconds = 10;
/** Before the first run: the API compiles what it runs often, and its first ten thousand payments pay for that. */
const warmUpSeconds = 15;
const connections = 32;

/** How many payments a second are accepted (written durably and answered) while everything else works them off. */
export async function accept(stack: BenchStack): Promise<Measurement[]> {
  await createPayments(stack.demo, { connections, seconds: warmUpSeconds });
  const rates: number[] = [];
  const p50: number[] = [];
  const p99: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await stack.quiet();
    const result = await createPayments(stack.demo, { connections, seconds });
    rates.push(result.perSecond);
    p50.push(result.latencyMs.p50);
    p99.push(result.latencyMs.p99);
  }
  const workedOff = await workOff(stack);
  return [
    medianOf(`accept, ${connections} connections`, rates, 'payments/s'),
    medianOf('accept, latency p50', p50, 'ms'),
    medianOf('accept, latency p99', p99, 'ms'),
    workedOff,
  ];
}

/** How fast what was accepted is authorized and captured, from the end of the last run. */
async function workOff(stack: BenchStack): Promise<Measurement> {
  const waiting = await stack.count(
    `SELECT count(*) FROM payments.payment WHERE state = 'processing' OR capture_pending > 0`,
  );
  const began = performance.now();
  await stack.quiet();
  const perSecond = (waiting / (performance.now() - began)) * 1_000;
  return medianOf('backlog worked off (created → captured)', [perSecond], 'payments/s');
}
