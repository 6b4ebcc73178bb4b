import { randomUUID } from 'node:crypto';
import type { BenchStack } from './bench-stack.ts';
import { bodyOf } from './load.ts';
import { measured, quantile, type Measurement } from './measurement.ts';

const warmUp = 500;
const samples = 300;
const awaitOutcomeMs = 10_000;

/** One payment at a time: from sending the mutation to the answer that says CAPTURED. */
export async function waitForCapture(stack: BenchStack): Promise<Measurement[]> {
  const durations: number[] = [];
  for (let number = 0; number < warmUp + samples; number += 1) {
    const began = performance.now();
    await captured(stack);
    if (number >= warmUp) durations.push(performance.now() - began);
  }
  durations.sort((a, b) => a - b);
  return [
    measured('mutation → CAPTURED, one at a time, p50', quantile(durations, 0.5), 'ms'),
    measured('mutation → CAPTURED, one at a time, p99', quantile(durations, 0.99), 'ms'),
  ];
}

async function captured({ demo }: BenchStack): Promise<void> {
  const response = await fetch(demo.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.secretKey}` },
    body: bodyOf(randomUUID(), awaitOutcomeMs),
  });
  const answer = await response.text();
  if (!answer.includes('"status":"CAPTURED"')) throw new Error(`Not captured: ${answer.slice(0, 300)}`);
}
