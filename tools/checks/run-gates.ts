import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Gate } from './gates.ts';

export interface GateResult {
  readonly gate: Gate;
  readonly passed: boolean;
}

/** The machines that run this have two cores, and each gate keeps one busy. */
const gatesAtOnce = 2;

/** Runs every gate, prints one line for each, and what a failed one said. */
export async function runGates(gates: readonly Gate[]): Promise<GateResult[]> {
  const waiting = [...gates];
  const results: GateResult[] = [];
  const worker = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) results.push(await runGate(gate));
  };
  await Promise.all(Array.from({ length: gatesAtOnce }, worker));
  return results;
}

async function runGate(gate: Gate): Promise<GateResult> {
  const begun = performance.now();
  const { code, output } = await run(gate.command);
  const passed = code === 0;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`${passed ? '✓' : '✗'} ${gate.name} ${seconds} s\n`);
  if (!passed) process.stdout.write(`${output.trimEnd()}\n\n`);
  return { gate, passed };
}

function run([program, ...args]: Gate['command']): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(join('node_modules', '.bin', program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (output += chunk));
    }
    child.once('error', (fault) => resolve({ code: 1, output: fault.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
