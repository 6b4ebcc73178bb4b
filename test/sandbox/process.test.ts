import { randomUUID } from 'node:crypto';
import { beforeAll, expect, vi } from 'vitest';
import { build, startProcess } from './support/sandbox-process.ts';
import { test } from './support/sandbox-test.ts';

beforeAll(build);

test('says once that it is ready, and SIGTERM ends it at once though callers wait for answers', async ({
  databases,
}) => {
  const sandbox = startProcess({ DATABASE_URL: await databases.create(), PORT: '0', NODE_ENV: 'development' });
  const url = `http://127.0.0.1:${await sandbox.port}`;
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
  for (const { key } of owed) {
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}/truth?key=${key}`)).json()).toMatchObject({ operations: [{ calls: 1 }] });
    });
  }
  const stoppedAt = performance.now();
  sandbox.kill('SIGTERM');

  expect(await sandbox.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - stoppedAt).toBeLessThan(2_000);
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(sandbox.lines.filter((line) => line.includes('"msg":"ready"'))).toHaveLength(1);
  for (const line of sandbox.lines) expect(() => JSON.parse(line)).not.toThrow();
});

test.for([
  ['PORT', { DATABASE_URL: 'postgresql://role:word@127.0.0.1:1/name' }],
  ['DATABASE_URL', { PORT: '0' }],
] as const)('without %s it does not start and says so in one line', async ([name, environment]) => {
  const sandbox = startProcess(environment);
  expect((await sandbox.ended).code).toBe(1);
  expect(sandbox.lines).toEqual([expect.stringContaining(name)]);
});

test('without its database it does not start and says so', async () => {
  const sandbox = startProcess({ DATABASE_URL: 'postgresql://role:word@127.0.0.1:1/name', PORT: '0' });
  expect((await sandbox.ended).code).toBe(1);
  expect(sandbox.lines.at(-1)).toContain('ECONNREFUSED');
});
