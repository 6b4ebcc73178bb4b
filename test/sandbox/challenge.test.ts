import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { Sandbox, fieldOf, idOf } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const approved = { status: 200, body: { status: 'approved' } };
const declinedWith = (declineCode: string) => ({ status: 200, body: { status: 'declined', declineCode, soft: false } });
const returnUrl = 'https://shop.example/back?order=7';

interface Challenged {
  readonly key: string;
  readonly authorizationId: string;
  readonly page: string;
}

async function challenged(
  sandbox: Sandbox,
  fields: { returnUrl?: string; reference?: string } = {},
): Promise<Challenged> {
  const key = randomUUID();
  const answer = await sandbox.authorize({ cardToken: 'tok_3ds_required', key, ...fields });
  return { key, authorizationId: idOf(answer, 'authorizationId'), page: idOf(answer, 'redirectUrl') };
}

describe('tok_3ds_required', () => {
  test('asks for the customer, and holds nothing until they have answered', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_3ds_required', key: randomUUID(), reference: 'r', returnUrl };
    const answer = await sandbox.authorize(payment);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: 'action_required',
      authorizationId: expect.stringMatching(/^auth_[0-9a-f]{24}$/),
      redirectUrl: `${await sandbox.application.getUrl()}/acquirers/alpha/challenges/${idOf(answer, 'authorizationId')}`,
    });
    expect((await sandbox.find(payment.key)).body).toEqual({ operation: 'authorize', ...Object(answer.body) });
    expect(await sandbox.authorize(payment)).toEqual(answer);
    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: 2, effect: null });
    expect((await sandbox.get('/truth/totals')).body).toEqual({ totals: [] });
  });

  test('leads to the public address of the sandbox', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), {
      SANDBOX_PUBLIC_URL: 'https://bank.example/cards/',
    });
    const { page, authorizationId } = await challenged(sandbox);
    expect(page).toBe(`https://bank.example/cards/acquirers/alpha/challenges/${authorizationId}`);
    await sandbox.stop();
  });

  test.for(['javascript:alert(1)', 'shop.example', 'ftp://shop.example/', `https://shop.example/${'x'.repeat(2_048)}`])(
    'with the return address %s is refused',
    async (wrong, { sandbox }) => {
      expect(await sandbox.authorize({ cardToken: 'tok_3ds_required', returnUrl: wrong })).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request', message: expect.stringContaining('returnUrl') } },
      });
    },
  );
});

describe('the page', () => {
  test('says what is paid, offers two answers and runs nothing', async ({ sandbox }) => {
    const { page } = await challenged(sandbox, { reference: `<b onclick="x">'&` });
    const response = await sandbox.browse(page);
    const html = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(html).toMatch(/EUR\s10\.99/);
    expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;&#39;&amp;');
    expect(html).not.toMatch(/<b |<script|<img|<link/);
    expect([...html.matchAll(/<button name="decision" value="(\w+)">/g)].map(([, value]) => value)).toEqual([
      'accept',
      'refuse',
    ]);
  });

  test('writes amounts without decimals where the currency has none', async ({ sandbox }) => {
    const answer = await sandbox.authorize({ cardToken: 'tok_3ds_required', amountMinor: 2_500, currency: 'JPY' });
    expect(await (await sandbox.browse(idOf(answer, 'redirectUrl'))).text()).toMatch(/JPY\s2,500</);
  });

  test('is not there for an unknown authorization, nor for another answer', async ({ sandbox }) => {
    const { page } = await challenged(sandbox);
    const authorized = await sandbox.authorized('tok_visa');
    for (const unknown of ['/acquirers/alpha/challenges/auth_0', `/acquirers/alpha/challenges/${authorized}`]) {
      expect((await sandbox.browse(unknown)).status).toBe(404);
      expect((await sandbox.browse(unknown, 'accept')).status).toBe(404);
    }
    expect((await sandbox.browse(page.replace('alpha', 'beta'))).status).toBe(404);
    expect((await sandbox.browse(page, 'perhaps')).status).toBe(400);
    expect(await (await sandbox.browse(page)).text()).toContain('<button');
  });
});

describe('accepting', () => {
  test('approves, calls back and leads to the shop', async ({ callingSandbox: sandbox, receiver }) => {
    const { key, authorizationId, page } = await challenged(sandbox, { returnUrl });
    sandbox.clock.advance(90_000);
    const response = await sandbox.browse(page, 'accept');

    expect([response.status, response.headers.get('location')]).toEqual([303, returnUrl]);
    const answer = { status: 'approved', authorizationId, amountMinor: 1_099, currency: 'EUR' };
    expect(await receiver.first(1)).toMatchObject([
      { type: 'operation.decided', createdAt: '2026-11-21T12:01:30.000Z' },
    ]);
    expect(receiver.received[0]?.data).toEqual({ idempotencyKey: key, operation: 'authorize', ...answer });
    expect((await sandbox.find(key)).body).toEqual({ operation: 'authorize', ...answer });
    expect(await sandbox.truth(key)).toMatchObject({
      answer,
      effect: { effectId: authorizationId, amountMinor: 1_099 },
    });
    expect(await (await sandbox.browse(page)).text()).toContain('You have confirmed');
    expect(await sandbox.capture(authorizationId, 1_099)).toMatchObject(approved);
  });

  test('without a return address says that the window may be closed', async ({ sandbox }) => {
    const { page } = await challenged(sandbox);
    const response = await sandbox.browse(page, 'accept');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('You may close this window');
  });

  test('gives the caller who asks again under the key the answer of the customer', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_3ds_required', key: randomUUID(), reference: 'r' };
    const page = idOf(await sandbox.authorize(payment), 'redirectUrl');
    await sandbox.browse(page, 'accept');
    expect(await sandbox.authorize(payment)).toMatchObject(approved);
  });

  test('is voided like any other authorization afterwards', async ({ sandbox }) => {
    const { authorizationId, page } = await challenged(sandbox);
    await sandbox.browse(page, 'accept');
    expect(await sandbox.void(authorizationId)).toMatchObject({ body: { status: 'approved', amountMinor: 1_099 } });
    expect(await (await sandbox.browse(page, 'accept')).text()).toContain('You have confirmed');
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(declinedWith('authorization_voided'));
  });
});

test('refusing declines for good, calls back and leads to the shop', async ({ callingSandbox: sandbox, receiver }) => {
  const { key, authorizationId, page } = await challenged(sandbox, { returnUrl });
  expect((await sandbox.browse(page, 'refuse')).headers.get('location')).toBe(returnUrl);

  const declined = { status: 'declined', declineCode: 'authentication_failed', soft: false };
  const [told] = await receiver.first(1);
  expect(told?.data).toMatchObject({ idempotencyKey: key, operation: 'authorize', ...declined });
  expect(await sandbox.find(key)).toMatchObject({ body: { operation: 'authorize', ...declined } });
  expect(await sandbox.truth(key)).toMatchObject({ effect: null });
  for (const late of [sandbox.void(authorizationId), sandbox.capture(authorizationId, 1)]) {
    expect(await late).toMatchObject(declinedWith('authentication_failed'));
  }
});

test('the first answer counts, once', async ({ callingSandbox: sandbox, receiver }) => {
  const accepted = await challenged(sandbox, { returnUrl });
  const answers = await Promise.all(
    ['accept', 'accept', 'accept'].map((answer) => sandbox.browse(accepted.page, answer)),
  );
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
  await sandbox.browse(accepted.page, 'refuse');
  expect(await sandbox.find(accepted.key)).toMatchObject({ body: { status: 'approved' } });
  await receiver.first(1);

  const refused = await challenged(sandbox);
  await sandbox.browse(refused.page, 'refuse');
  await sandbox.browse(refused.page, 'accept');
  expect(await sandbox.find(refused.key)).toMatchObject({ body: { declineCode: 'authentication_failed' } });
  const told = await receiver.first(2);
  expect(told.map(({ data }) => fieldOf(data, 'status'))).toEqual(['approved', 'declined']);
});

describe('while the customer has not answered', () => {
  test('nothing can be captured, increased or refunded', async ({ sandbox }) => {
    const { authorizationId } = await challenged(sandbox);
    const key = randomUUID();
    const capture = await sandbox.capture(authorizationId, 1, { key });
    expect(capture).toMatchObject(declinedWith('authorization_pending'));
    expect(await sandbox.capture(authorizationId, 1, { key })).toEqual(capture);
    expect(await sandbox.increase(authorizationId, 1)).toMatchObject(declinedWith('authorization_pending'));
    expect(await sandbox.refund(authorizationId, 1)).toMatchObject(declinedWith('authorization_pending'));
  });

  test('a void calls the challenge off, and an answer comes too late', async ({ freshSandbox: sandbox }) => {
    const { key, authorizationId, page } = await challenged(sandbox, { returnUrl });
    expect((await sandbox.void(authorizationId)).body).toEqual({
      status: 'approved',
      voidId: expect.stringMatching(/^void_[0-9a-f]{24}$/),
    });

    expect(await sandbox.find(key)).toMatchObject(declinedWith('authentication_expired'));
    expect(await (await sandbox.browse(page)).text()).toContain('It is too late');
    const late = await sandbox.browse(page, 'accept');
    expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('It is too late')]);
    expect(await sandbox.find(key)).toMatchObject(declinedWith('authentication_expired'));
    expect(await sandbox.void(authorizationId)).toMatchObject(declinedWith('authorization_voided'));
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(declinedWith('authorization_voided'));
    expect((await sandbox.get('/truth/totals')).body).toEqual({ totals: [] });
  });

  test('a void racing the customer leaves nothing held, whoever comes first', async ({ freshSandbox: sandbox }) => {
    for (let race = 0; race < 20; race += 1) {
      const { authorizationId, page } = await challenged(sandbox);
      const [voided] = await Promise.all([sandbox.void(authorizationId), sandbox.browse(page, 'accept')]);
      expect(voided).toMatchObject(approved);
    }
    const { body } = await sandbox.get('/truth/totals');
    const totals = fieldOf(fieldOf(body, 'totals'), '0');
    expect(fieldOf(totals, 'authorized')).toEqual(fieldOf(totals, 'voided'));
  });

  test('an acquirer that only said that it failed has called nothing off', async ({ sandbox }) => {
    const { authorizationId, key } = await challenged(sandbox);
    await sandbox.control({ hang: true });
    const impatient = new AbortController();
    const voided = sandbox.void(authorizationId, { signal: impatient.signal });
    await sandbox.clock.waiting(1);
    impatient.abort();
    await expect(voided).rejects.toThrow('aborted');
    await sandbox.resetControls();
    expect(await sandbox.find(key)).toMatchObject({ body: { status: 'action_required' } });
  });
});
