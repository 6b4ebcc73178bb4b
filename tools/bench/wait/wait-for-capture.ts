import type { BenchStack } from '../bench-stack.ts';
import { measured, medianOf, quantile, type Measurement } from '../figures/measurement.ts';
import { arrive } from '../load/arrivals.ts';
import { HttpDoor, type DoorAddress } from '../load/http-door.ts';
import { paymentRequest, requireAccepted } from '../load/payment-request.ts';

const warmUp = 500;
const samples = 300;
const awaitOutcomeMs = 10_000;
const runs = 3;
const perSecond = 50;
const seconds = 10;

/** From sending the mutation to the answer that says CAPTURED. */
export async function waitForCapture({ api }: BenchStack): Promise<Measurement[]> {
  return [...(await oneAtATime(api)), ...(await steadily(api))];
}

async function oneAtATime(api: DoorAddress): Promise<Measurement[]> {
  const door = await HttpDoor.open(api, 1);
  const durations: number[] = [];
  try {
    for (let number = 0; number < warmUp + samples; number += 1) {
      const began = performance.now();
      requireAccepted(await door.post(paymentRequest(awaitOutcomeMs)), 'CAPTURED');
      if (number >= warmUp) durations.push(performance.now() - began);
    }
  } finally {
    door.close();
  }
  durations.sort((a, b) => a - b);
  return [
    measured('mutation → CAPTURED, one at a time, p50', quantile(durations, 0.5), 'ms'),
    measured('mutation → CAPTURED, one at a time, p99', quantile(durations, 0.99), 'ms'),
  ];
}

async function steadily(api: DoorAddress): Promise<Measurement[]> {
  const p50: number[] = [];
  const p99: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const durations = await arrive(api, { perSecond, seconds, awaitOutcomeMs, status: 'CAPTURED' });
    p50.push(quantile(durations, 0.5));
    p99.push(quantile(durations, 0.99));
  }
  const name = `mutation → CAPTURED at ${perSecond}/s`;
  return [medianOf(`${name}, p50`, p50, 'ms'), medianOf(`${name}, p99`, p99, 'ms')];
}
