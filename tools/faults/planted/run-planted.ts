import { join } from 'node:path';
import { Obstacle } from '../../obstacle.ts';
import type { Options } from '../options.ts';
import { runAndReport } from '../run.ts';
import { plants, type Plant } from './plants.ts';
import { scratchCopyWith } from './scratch-copy.ts';

/** With a bug there may never be quiet. What is only late by then is told apart by its check. */
const quietMs = 20_000;

/** Plants one bug, or all of them one after the other. Exit code 0 when each was caught. */
export async function runPlanted(name: string, options: Options, signal: AbortSignal): Promise<number> {
  const wanted = plants.filter((plant) => name === 'all' || plant.name === name);
  if (wanted.length === 0) {
    throw new Obstacle(`There is no plant called "${name}".`, [`all, ${plants.map((plant) => plant.name).join(', ')}`]);
  }
  const missed: string[] = [];
  for (const plant of wanted) if (!(await isCaught(plant, options, signal))) missed.push(plant.name);
  if (missed.length > 0) process.stdout.write(`not caught: ${missed.join(', ')}\n`);
  return missed.length === 0 ? 0 : 1;
}

async function isCaught(plant: Plant, options: Options, signal: AbortSignal): Promise<boolean> {
  process.stdout.write(`\nplanted: ${plant.name}. ${plant.bug}\n`);
  const patch = join('tools', 'faults', 'planted', `${plant.name}.patch`);
  const copy = await scratchCopyWith(patch, process.cwd());
  try {
    const only = options.only.length > 0 ? options.only : plant.faults;
    const report = await runAndReport(
      { ...options, only, minutes: plant.minutes, quietMs },
      signal,
      copy.builtDirectory,
    );
    const caught = report.findings.some(({ check }) => plant.caughtBy.includes(check));
    process.stdout.write(`${plant.name} was ${caught ? 'caught' : 'NOT caught'}\n`);
    return caught;
  } finally {
    await copy.remove();
  }
}
