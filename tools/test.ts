import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, installChromium, mayInstallChromium } from './browser/chromium.ts';
import { gates } from './checks/gates.ts';
import { runGates } from './checks/run-gates.ts';
import { formatTotals, readTotals, type Totals } from './checks/totals.ts';

/** `npm test` is everything: the gates, then every test. `npm test -- <files>` is those tests alone. */
const chosen = process.argv.slice(2);

async function main(): Promise<number> {
  if (chosen.length === 0) await lookForBrowser();
  const gateResults = chosen.length === 0 ? await runGates(gates) : [];
  const tests = await runTests();
  if (findChromium() === undefined && tests.skipped.length > 0) {
    process.stdout.write(`Left out, as there is no Chrome or Chromium here:\n`);
    for (const name of tests.skipped) process.stdout.write(`  ${name}\n`);
  }
  const totals: Totals = {
    passed: tests.passed + gateResults.filter(({ passed }) => passed).length,
    failed: tests.failed + gateResults.filter(({ passed }) => !passed).length,
    skipped: tests.skipped,
  };
  process.stdout.write(`${formatTotals(totals)}\n`);
  return totals.failed === 0 ? 0 : 1;
}

async function lookForBrowser(): Promise<void> {
  if (findChromium() !== undefined || !mayInstallChromium()) return;
  process.stdout.write('Installing Debian’s Chromium for the browser tests…\n');
  try {
    await installChromium();
  } catch (fault) {
    process.stdout.write(
      `Chromium could not be installed: ${fault instanceof Error ? fault.message : String(fault)}\n`,
    );
  }
}

async function runTests(): Promise<Totals> {
  const place = await mkdtemp(join(tmpdir(), 'quittance-test-report-'));
  const reportFile = join(place, 'report.json');
  try {
    const exitCode = await vitest(['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]);
    return await readTotals(reportFile, exitCode);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function vitest(options: readonly string[]): Promise<number> {
  const child = spawn(join('node_modules', '.bin', 'vitest'), ['run', ...options, ...chosen], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // A signal reaches the whole group; Vitest ends its servers, and its end is waited for here.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.once('disconnect', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exit(await main());
