import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { runProgram } from '../support/console-program.ts';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { fieldOf } from './support/sandbox.ts';

/** What runs is what was built; when nothing changed since, this takes a second. */
beforeAll(async () => {
  await promisify(execFile)(process.execPath, [
    resolve('node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
});

const nowhere = 'postgresql://role:word@127.0.0.1:1/name';

function runSandbox(environment: Record<string, string>) {
  return runProgram(process.execPath, ['dist/apps/sandbox/src/main.js'], { env: environment });
}

function linesOf(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}

test('says once that it is ready, and SIGTERM ends it at once though callers wait for answers', async () => {
  const database = await createDatabase();
  const sandbox = runSandbox({ DATABASE_URL: database.urlFor('sandbox'), PORT: '0', NODE_ENV: 'development' });
  await sandbox.printed('"msg":"ready"');
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(sandbox.output())?.[1]}`;
  const authorize = (cardToken: string, key: string) =>
    fetch(`${url}/acquirers/alpha/authorizations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ cardToken, amountMinor: 1, currency: 'EUR', reference: key }),
    });
  expect((await authorize('tok_visa', randomUUID())).status).toBe(200);

  const owed = ['tok_timeout_charged', 'tok_timeout_not_charged', 'tok_slow'].map((cardToken) => ({
    key: randomUUID(),
    cardToken,
  }));
  const answers = Promise.allSettled(owed.map(({ cardToken, key }) => authorize(cardToken, key)));
  for (const { key, cardToken } of owed) {
    await until(`${cardToken} to arrive`, async () => {
      const truth: unknown = await (await fetch(`${url}/truth?key=${key}`)).json();
      return fieldOf(fieldOf(truth, 'operations'), '0') !== undefined;
    });
  }
  const stoppedAt = performance.now();
  sandbox.signal('SIGTERM');

  expect(await sandbox.exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - stoppedAt).toBeLessThan(2_000);
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  const lines = linesOf(sandbox.output());
  expect(lines.filter((line) => line.includes('"msg":"ready"'))).toHaveLength(1);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

test.for([
  ['PORT', { DATABASE_URL: nowhere }],
  ['DATABASE_URL', { PORT: '0' }],
] as const)('without %s it does not start and says so in one line', async ([name, environment]) => {
  const sandbox = runSandbox(environment);
  expect((await sandbox.exit).code).toBe(1);
  expect(linesOf(sandbox.output())).toEqual([expect.stringContaining(name)]);
});

test('without its database it does not start and says so', async () => {
  const sandbox = runSandbox({ DATABASE_URL: nowhere, PORT: '0' });
  expect((await sandbox.exit).code).toBe(1);
  expect(linesOf(sandbox.output()).at(-1)).toContain('ECONNREFUSED');
});
