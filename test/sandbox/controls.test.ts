import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { Sandbox, fieldOf, notFound, notProcessed } from './support/sandbox.ts';
import type { HttpAnswer } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';
import { unanswered } from './support/unanswered.ts';

const goodHealth = { down: false, latencyMs: 0, errorRate: 0, declineRate: 0, hang: false };
const approved = { status: 200, body: { status: 'approved' } };

/** Two hundred payments with keys that never change, so that their fates do not either. */
const payments = Array.from({ length: 200 }, (_, nth) => ({
  cardToken: 'tok_visa',
  key: `payment-${nth}`,
  reference: `payment-${nth}`,
}));

function authorizeAll(sandbox: Sandbox): Promise<HttpAnswer[]> {
  return Promise.all(payments.map((payment) => sandbox.authorize(payment)));
}

async function authorizedCount(sandbox: Sandbox): Promise<unknown> {
  const { body } = await sandbox.get('/truth/totals');
  return fieldOf(fieldOf(fieldOf(fieldOf(body, 'totals'), '0'), 'authorized'), 'count');
}

describe('down', () => {
  test('does nothing, promises so to every question, and leaves the others up', async ({ freshSandbox: sandbox }) => {
    const key = randomUUID();
    const authorizationId = await sandbox.authorized('tok_visa', { key });
    await sandbox.control({ down: true });

    expect(await sandbox.authorize({ cardToken: 'tok_visa' })).toMatchObject(notProcessed);
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(notProcessed);
    expect(await sandbox.find(key)).toMatchObject(notProcessed);
    expect(await sandbox.authorize({ cardToken: 'tok_visa', acquirer: 'beta' })).toMatchObject(approved);

    await sandbox.resetControls();
    expect(await sandbox.find(key)).toMatchObject({ status: 200 });
    expect(await sandbox.truth(key)).toMatchObject({ calls: 1 });
  });
});

describe('hang', () => {
  test('takes the call, does nothing and never answers', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    await sandbox.control({ hang: true });
    await unanswered(sandbox, (signal) => sandbox.authorize({ ...payment, signal }));
    await unanswered(sandbox, (signal) => sandbox.find(payment.key, { signal }));

    await sandbox.resetControls();
    expect(await sandbox.find(payment.key)).toMatchObject(notFound);
    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: 1, effect: null });
    expect(await sandbox.authorize(payment)).toMatchObject(approved);
  });

  test('also keeps quiet about what was done before', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    const first = await sandbox.authorize(payment);
    await sandbox.control({ hang: true });
    await unanswered(sandbox, (signal) => sandbox.authorize({ ...payment, signal }));

    await sandbox.resetControls();
    expect(await sandbox.authorize(payment)).toEqual(first);
  });
});

describe('latencyMs', () => {
  test('holds the answer back, not the deed', async ({ freshSandbox: sandbox }) => {
    await sandbox.control({ latencyMs: 800 });
    const key = randomUUID();
    const answer = sandbox.authorize({ cardToken: 'tok_visa', key });
    await sandbox.clock.waiting(1);
    expect(await sandbox.truth(key)).toMatchObject({ effect: { operation: 'authorize' } });
    sandbox.clock.advance(799);
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(1);
    expect(await answer).toMatchObject(approved);

    const found = sandbox.find(key);
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(800);
    expect(await found).toMatchObject({ status: 200 });
  });
});

describe('errorRate', () => {
  test('1: every answer is unclear, and about half were done', async ({ freshSandbox: sandbox }) => {
    await sandbox.control({ errorRate: 1 });
    const answers = await authorizeAll(sandbox);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['500 Something went wrong.']),
    );
    const done = await authorizedCount(sandbox);
    expect(done).toBeGreaterThan(80);
    expect(done).toBeLessThan(120);

    const again = await authorizeAll(sandbox);
    expect(again).toEqual(answers);
    expect(await authorizedCount(sandbox)).toBe(done);

    await sandbox.resetControls();
    for (const answer of await authorizeAll(sandbox)) expect(answer).toMatchObject(approved);
    expect(await authorizedCount(sandbox)).toBe(payments.length);
  });

  test('0.5: about half of the answers are unclear, find never is', async ({ freshSandbox: sandbox }) => {
    await sandbox.control({ errorRate: 0.5 });
    const answers = await authorizeAll(sandbox);
    const unclear = answers.filter(({ status }) => status === 500).length;
    expect(unclear).toBeGreaterThan(80);
    expect(unclear).toBeLessThan(120);

    for (const { key } of payments) expect([200, 404]).toContain((await sandbox.find(key)).status);
  });
});

describe('declineRate', () => {
  test('0.2: about a fifth of the authorizations are declined, softly and for good', async ({
    freshSandbox: sandbox,
  }) => {
    await sandbox.control({ declineRate: 0.2 });
    const answers = await authorizeAll(sandbox);
    const declined = answers.filter(({ body }) => fieldOf(body, 'status') === 'declined');
    expect(declined.length).toBeGreaterThan(20);
    expect(declined.length).toBeLessThan(60);
    for (const { body } of declined) expect(body).toMatchObject({ declineCode: 'generic_decline', soft: true });

    await sandbox.resetControls();
    expect(await authorizeAll(sandbox)).toEqual(answers);
  });

  test('1 declines no capture, void or refund', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    const capturedId = await sandbox.captured('tok_visa');
    await sandbox.control({ declineRate: 1 });

    expect(await sandbox.authorize({ cardToken: 'tok_visa' })).toMatchObject({ body: { status: 'declined' } });
    expect(await sandbox.void(authorizationId)).toMatchObject(approved);
    expect(await sandbox.refund(capturedId, 1)).toMatchObject(approved);
  });
});

describe('a control', () => {
  test('joins those in force, and DELETE takes back all of them', async ({ freshSandbox: sandbox }) => {
    expect((await sandbox.control({ latencyMs: 5 })).body).toEqual({ ...goodHealth, latencyMs: 5 });
    expect((await sandbox.control({ errorRate: 0.5 })).body).toEqual({ ...goodHealth, latencyMs: 5, errorRate: 0.5 });
    expect((await sandbox.control({ latencyMs: 0 })).body).toEqual({ ...goodHealth, errorRate: 0.5 });
    expect((await sandbox.resetControls()).body).toEqual(goodHealth);
    expect((await sandbox.control({})).body).toEqual(goodHealth);
  });

  test.for([
    { down: 1 },
    { latencyMs: -1 },
    { latencyMs: 0.5 },
    { errorRate: 1.1 },
    { declineRate: -0.1 },
    { slow: true },
  ])('%j is refused and changes nothing', async (change, { sandbox }) => {
    expect(await sandbox.control(change)).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect((await sandbox.control({})).body).toEqual(goodHealth);
  });

  test('of an acquirer that does not exist is refused', async ({ sandbox }) => {
    const unknown = { status: 404, body: { error: { code: 'unknown_acquirer' } } };
    expect(await sandbox.control({ down: true }, 'delta')).toMatchObject(unknown);
    expect(await sandbox.resetControls('delta')).toMatchObject(unknown);
  });

  test('and the truth do not exist in production, by any spelling', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create(), { NODE_ENV: 'production' });
    for (const path of ['/truth?key=a', '/truth/totals', '/truth/operations', '/%74ruth/totals', '/truth/totals/']) {
      expect(await sandbox.get(path)).toMatchObject({ status: 404 });
    }
    expect(await sandbox.control({ down: true })).toMatchObject({ status: 404 });
    expect(await sandbox.authorize({ cardToken: 'tok_visa' })).toMatchObject(approved);
    await sandbox.stop();
  });
});
