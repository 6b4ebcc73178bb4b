import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJson } from '../../tools/launcher/home.ts';
import { runProgram } from '../support/console-program.ts';
import { startStack, type Stack } from '../support/stack.ts';

const hasCurl = ((): boolean => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('npm start', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  });

  afterAll(() => stack.remove());

  test('shows a payment from its creation to its settlement', () => {
    const shown = stack.launcher.output();
    expect(shown).toMatch(/A sample payment of 10\.99 EUR: CAPTURED, settled/);
    const kinds = [
      'payment.created',
      'payment.risk_assessed',
      'payment.authorized',
      'payment.captured',
      'payment.settled',
    ];
    const places = kinds.map((kind) => shown.indexOf(kind));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('writes what a program needs to go on, for this user alone', async () => {
    const demo = (await readJson(stack.home.demo)) as Record<string, string>;
    expect(Object.keys(demo).sort()).toEqual([
      'adminGraphqlUrl',
      'adminKey',
      'databaseUrl',
      'graphqlUrl',
      'merchantId',
      'natsUrl',
      'playgroundUrl',
      'sandboxUrl',
      'secretKey',
    ]);
    expect(demo['merchantId']).toMatch(/^mer_/);
    expect(demo['secretKey']).toMatch(/^sk_test_/);
    expect((await stat(stack.home.demo)).mode & 0o077).toBe(0);
  });

  test('opens a playground that has the key already', async () => {
    const page = await fetch(stack.demo.playgroundUrl);
    expect(page.ok).toBe(true);
    expect(await page.text()).toContain(stack.demo.secretKey);
  });

  test.skipIf(!hasCurl)('prints a curl that takes a payment when it is pasted', async () => {
    const pasted = /^curl -s[^]*?}'$/m.exec(stack.launcher.output())?.[0] ?? '';
    const shell = runProgram('/bin/sh', ['-c', pasted]);
    expect(await shell.exit).toEqual({ code: 0, signal: null });
    expect(JSON.parse(shell.output())).toMatchObject({
      data: { createPayment: { payment: { status: 'CAPTURED' }, userErrors: [] } },
    });
  });

  test('goes on with the same merchant, key and payment after Ctrl-C', async () => {
    const { merchantId, secretKey, adminKey } = stack.demo;
    const paymentId = /pay_\w+/.exec(stack.launcher.output())?.[0];
    expect(await stack.stop()).toEqual({ code: 0, signal: null });
    stack = await startStack({ home: stack.home.directory });
    expect(stack.demo).toMatchObject({ merchantId, secretKey, adminKey });
    expect(stack.launcher.output()).toContain(paymentId);
    expect(stack.launcher.output()).toContain('CAPTURED, settled');
  });
});
