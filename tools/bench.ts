import { writeFile } from 'node:fs/promises';
import { BenchStack } from './bench/bench-stack.ts';
import { tableOf, type Measurement } from './bench/figures/measurement.ts';
import { describeSurroundings, type Surroundings } from './bench/figures/surroundings.ts';
import { partNames, parts, usualParts, type Part, type PartName, type Stages } from './bench/parts.ts';
import { listenForStop } from './launcher/stop-request.ts';
import { Obstacle, orExplain } from './obstacle.ts';
import { abortOf } from './processes/abort-of.ts';

/** Measures what its arguments name, or everything; prints tables and writes bench.json. All of it on this machine. */
async function bench(): Promise<number> {
  const chosen = choose(process.argv.slice(2));
  const stop = listenForStop(() => process.exit(1));
  const results: Measurement[] = [];
  let surroundings: Surroundings | undefined;
  const stages: Stages = {
    async withStack(measure) {
      const stack = await BenchStack.start(stop.signal);
      try {
        surroundings ??= await describeSurroundings(stack);
        return await Promise.race([measure(stack), stopped(stop.signal)]);
      } finally {
        await stack.stop();
      }
    },
  };
  for (const name of chosen) {
    const part: Part = parts[name];
    process.stdout.write(`\n${name}: ${part.title}\n`);
    const taken = await part.measure(stages);
    process.stdout.write(tableOf(taken));
    results.push(...taken);
    // After each part, so that one that fails does not take the others' figures with it.
    const report = { ...(surroundings ?? (await describeSurroundings())), results };
    await writeFile('bench.json', `${JSON.stringify(report, undefined, 2)}\n`);
  }
  process.stdout.write('\nwritten to bench.json\n');
  return 0;
}

function choose(asked: readonly string[]): readonly PartName[] {
  const unknown = asked.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Obstacle(`The bench has no part called ${unknown.join(', ')}.`, [`There are: ${partNames.join(', ')}`]);
  }
  return asked.length === 0 ? usualParts : partNames.filter((name) => asked.includes(name));
}

async function stopped(signal: AbortSignal): Promise<never> {
  await abortOf(signal);
  throw new Obstacle('Stopped.');
}

process.exit(await orExplain(bench));
