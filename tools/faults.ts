import { readOptions } from './faults/options.ts';
import { runPlanted } from './faults/planted/run-planted.ts';
import { runAndReport } from './faults/run.ts';
import { Obstacle, orExplain } from './obstacle.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Breaks everything on purpose, by a seed, and lets somebody independent judge. Exit code 1 when anything is found. */
async function faults(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const interrupted = new AbortController();
  for (const signal of stopSignals)
    process.on(signal, () => interrupted.abort(new Obstacle(`Interrupted by ${signal}.`)));
  // Whatever goes wrong here, what was started has to be ended.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (fault: unknown) => interrupted.abort(fault));
  }
  if (options.planted !== undefined) return runPlanted(options.planted, options, interrupted.signal);
  const { findings } = await runAndReport(options, interrupted.signal);
  return findings.length === 0 ? 0 : 1;
}

process.exit(await orExplain(faults));
