import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boundLogFile, lastLogLines } from '../../../tools/launcher/log-files.ts';

let place: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'quittance-test-logs-'));
});

afterAll(() => rm(place, { recursive: true, force: true }));

test('a log that is too long is put aside and goes on empty', async () => {
  const log = join(place, 'busy.log');
  await appendFile(log, 'x'.repeat(90));
  await boundLogFile(log, 100);
  expect((await stat(log)).size).toBe(90);
  await appendFile(log, 'y'.repeat(20));
  await boundLogFile(log, 100);
  expect((await stat(log)).size).toBe(0);
  expect((await readFile(`${log}.1`, 'utf8')).length).toBe(110);
});

test('the last lines are the last ones, also of a log that is longer than what is read', async () => {
  const log = join(place, 'long.log');
  await appendFile(log, Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join(''));
  expect(await lastLogLines(log, 2)).toEqual(['line 19998', 'line 19999']);
  expect(await lastLogLines(join(place, 'missing.log'), 2)).toEqual([]);
});
