import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTotals, readTotals } from '../../../tools/checks/totals.ts';

let place: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'quittance-test-totals-'));
});

afterAll(() => rm(place, { recursive: true, force: true }));

async function totalsOf(files: readonly [status: string, ...tests: string[]][], exitCode: number): Promise<string> {
  const testResults = files.map(([status, ...tests], index) => ({
    name: `file ${index}`,
    status,
    assertionResults: tests.map((outcome, position) => ({ fullName: `test ${position}`, status: outcome })),
  }));
  const file = join(place, 'report.json');
  await writeFile(file, JSON.stringify({ testResults }));
  return formatTotals(await readTotals(file, exitCode));
}

describe('the line of totals', () => {
  test.each<[string, [string, ...string[]][], number, string]>([
    ['all well', [['passed', 'passed', 'passed']], 0, '2 passed, 0 failed'],
    ['one failed', [['failed', 'passed', 'failed']], 1, '1 passed, 1 failed'],
    ['some left out', [['passed', 'passed', 'skipped', 'pending']], 0, '1 passed, 0 failed, 2 skipped'],
    ['a file that cannot be loaded', [['failed'], ['passed', 'passed']], 1, '1 passed, 1 failed'],
    ['an error outside every test', [['passed', 'passed']], 1, '1 passed, 1 failed'],
  ])('%s', async (_, files, exitCode, expected) => {
    expect(await totalsOf(files, exitCode)).toBe(expected);
  });

  test('a run that wrote no report failed', async () => {
    expect(formatTotals(await readTotals(join(place, 'nothing.json'), 134))).toBe('0 passed, 1 failed');
  });
});
