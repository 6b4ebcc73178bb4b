import { writeFile } from 'node:fs/promises';
import { accept } from './bench/accept.ts';
import { BenchStack } from './bench/bench-stack.ts';
import { commitToStream } from './bench/commit-to-stream.ts';
import { deadTuples, residentMemory } from './bench/footprint.ts';
import { routing } from './bench/routing.ts';
import { describeMachine, describeDurability, versions } from './bench/surroundings.ts';
import { tableOf, type Measurement } from './bench/measurement.ts';
import { waitForCapture } from './bench/wait-for-capture.ts';
import { orExplain } from './obstacle.ts';

/** What the memory figures are taken after. */
const paymentsBeforeMemory = 50_000;

/** Starts a stack of its own, measures, prints a table and writes bench.json. Everything runs on this machine. */
async function bench(): Promise<number> {
  const results: Measurement[] = [];
  const measure = async (name: string, take: () => Promise<Measurement[]> | Measurement[]): Promise<void> => {
    process.stdout.write(`${name}…\n`);
    const taken = await take();
    process.stdout.write(tableOf(taken));
    results.push(...taken);
  };
  // Before anything else runs on this machine: it needs one core and nothing more.
  await measure('choosing an acquirer, in process', routing);
  const stack = await BenchStack.start();
  try {
    await measure('one payment at a time, from mutation to CAPTURED', () => waitForCapture(stack));
    await measure('commit to stream', () => commitToStream(stack));
    await measure('accepting payments, everything running beside it', () => accept(stack));
    await measure(`memory and tables after ${paymentsBeforeMemory} payments`, async () => {
      await stack.fillUp(paymentsBeforeMemory);
      return [...(await residentMemory(stack)), ...(await deadTuples(stack))];
    });
    const report = {
      machine: describeMachine(),
      versions: await versions(stack),
      durability: await describeDurability(stack),
      results,
    };
    await writeFile('bench.json', `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(`\n${tableOf(results)}\nwritten to bench.json\n`);
    return 0;
  } finally {
    await stack.stop();
  }
}

process.exit(await orExplain(bench));
