import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runLaboratory } from './laboratory.ts';
import type { Options } from './options.ts';
import type { Report } from './report/report.ts';
import { tableOf } from './report/table.ts';
import { keepHome, openHome, removeHome } from './stack/home.ts';

/** Where the compiler put what runs here. */
const ownBuild = join(import.meta.dirname, '..', '..');

/** Runs in a home of its own, prints the table and writes the report. A run that found something leaves its logs behind. */
export async function runAndReport(options: Options, signal: AbortSignal, builtDirectory = ownBuild): Promise<Report> {
  const began = performance.now();
  const progress = (line: string): void => {
    process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)}  ${line}\n`);
  };
  progress(`seed ${options.seed}, faults for ${options.minutes} min`);
  const home = await openHome();
  let clean = false;
  try {
    const place = {
      home,
      builtDirectory,
      migrationsDirectory: join(builtDirectory, 'migrations'),
      onSmallDisks: options.disks,
      progress,
    };
    const report = await runLaboratory(place, options, signal);
    await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(`\n${tableOf(report)}\nwritten to ${options.report}\n`);
    clean = report.findings.length === 0 || options.planted !== undefined;
    return report;
  } finally {
    if (clean && !options.keep) await removeHome(home);
    else {
      await keepHome(home);
      progress(`seed ${options.seed}; logs and the client's history are in ${home.directory}`);
    }
  }
}
