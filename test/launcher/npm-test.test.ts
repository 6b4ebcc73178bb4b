import { describe, expect, test } from 'vitest';
import { runProgram } from '../support/console-program.ts';

/** As `npm test -- <file>` does; with no file it would run this test too, and never end. */
async function npmTest(file: string): Promise<{ code: number | null; lastLine: string | undefined }> {
  const run = runProgram(process.execPath, ['tools/bootstrap.mjs', 'test', file]);
  const { code } = await run.exit;
  return { code, lastLine: run.output().trimEnd().split('\n').at(-1) };
}

describe('npm test ends by itself with the line of totals', () => {
  test('when everything passed', async () => {
    const { code, lastLine } = await npmTest('test/launcher/unit/totals.test.ts');
    expect(lastLine).toMatch(/^\d+ passed, 0 failed$/);
    expect(code).toBe(0);
  });

  test('when there was nothing to pass', async () => {
    expect(await npmTest('test/there-is-no-such.test.ts')).toEqual({ code: 1, lastLine: '0 passed, 1 failed' });
  });
});
