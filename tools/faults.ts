import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runLaboratory } from './faults/laboratory.ts';
import { readOptions } from './faults/options.ts';
import { tableOf } from './faults/report/table.ts';
import { keepHome, openHome, removeHome } from './faults/stack/home.ts';
import { orExplain } from './obstacle.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Breaks everything on purpose, by a seed, and lets somebody independent judge. Exit code 1 when anything is found. */
async function faults(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const interrupted = new AbortController();
  for (const signal of stopSignals) process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  const began = performance.now();
  const progress = (line: string): void => {
    process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)}  ${line}\n`);
  };
  progress(`seed ${options.seed}, faults for ${options.minutes} min`);
  const home = await openHome();
  let clean = false;
  try {
    const builtDirectory = join(import.meta.dirname, '..');
    const place = { home, builtDirectory, migrationsDirectory: join(builtDirectory, 'migrations'), progress };
    const report = await runLaboratory(place, options, interrupted.signal);
    await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(`\n${tableOf(report)}\nwritten to ${options.report}\n`);
    clean = report.findings.length === 0;
    return clean ? 0 : 1;
  } finally {
    if (clean && !options.keep) await removeHome(home);
    else {
      await keepHome(home);
      progress(`seed ${options.seed}; logs and the client's history are in ${home.directory}`);
    }
  }
}

process.exit(await orExplain(faults));
