import { chromium as browsers, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** As root there is no sandbox to be had; the rest keeps the browser from asking its maker for anything. */
const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(chromium === undefined)('the playground in a browser', () => {
  let stack: Stack;
  let browser: Browser;

  beforeAll(async () => {
    stack = await startStack();
    browser = await browsers.launch({ executablePath: chromium ?? '', args: browserFlags });
  });

  afterAll(async () => {
    await browser.close();
    await stack.remove();
  });

  test('runs createPayment with the demo key, shows the answer, and asks nothing of any other host', async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const asked: string[] = [];
    const faults: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (fault) => faults.push(fault.message));

    await page.goto(stack.demo.playgroundUrl);
    // The button is there before the editors are, and until then it runs nothing.
    await page
      .getByRole('region', { name: /operation editor/i })
      .getByText('CreatePayment')
      .first()
      .waitFor();
    await page.getByText('idempotencyKey').first().waitFor();
    await page.getByRole('button', { name: /execute query/i }).click();
    await page
      .getByRole('region', { name: /result/i })
      .getByText('CAPTURED')
      .first()
      .waitFor();
    if (process.env['SCREENSHOT'] !== undefined) await page.screenshot({ path: process.env['SCREENSHOT'] });

    const own = new URL(stack.demo.playgroundUrl).origin;
    const others = asked.filter((url) => !url.startsWith(`${own}/`) && !/^(data|blob):/.test(url));
    expect(others).toEqual([]);
    expect(asked).toContain(stack.demo.graphqlUrl);
    expect(faults).toEqual([]);
  });
});
