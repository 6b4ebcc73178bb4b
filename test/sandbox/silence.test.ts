import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { OpenCalls } from '../../apps/sandbox/src/acquirers/open-calls.ts';
import { Sandbox, idOf, notFound } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';
import { unanswered } from './support/unanswered.ts';

describe('an authorization that is never answered', () => {
  test('tok_timeout_charged is durable at once and found after 2 s', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_timeout_charged', key: randomUUID(), reference: randomUUID() };
    await unanswered(sandbox, (signal) => sandbox.authorize({ ...payment, signal }));

    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: 1, effect: { amountMinor: 1_099 } });
    expect(await sandbox.find(payment.key)).toMatchObject(notFound);
    sandbox.clock.advance(1_999);
    expect(await sandbox.find(payment.key)).toMatchObject(notFound);
    sandbox.clock.advance(1);
    const found = await sandbox.find(payment.key);
    expect(found.body).toEqual({
      operation: 'authorize',
      status: 'approved',
      authorizationId: expect.stringMatching(/^auth_/),
      amountMinor: 1_099,
      currency: 'EUR',
    });
    expect(await sandbox.capture(idOf(found, 'authorizationId'), 1_099)).toMatchObject({
      body: { status: 'approved' },
    });
  });

  test('tok_timeout_charged stays silent for the same key and is charged once', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_timeout_charged', key: randomUUID(), reference: randomUUID() };
    await unanswered(sandbox, (signal) => sandbox.authorize({ ...payment, signal }));
    sandbox.clock.advance(60_000);
    await unanswered(sandbox, (signal) => sandbox.authorize({ ...payment, signal }));

    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: 2, effect: { calls: 2 } });
    expect(await sandbox.get('/truth/totals')).toMatchObject({ body: { totals: [{ authorized: { count: 1 } }] } });
  });

  test('tok_timeout_not_charged did nothing and is never found', async ({ freshSandbox: sandbox }) => {
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.authorize({ cardToken: 'tok_timeout_not_charged', key, signal }));

    sandbox.clock.advance(86_400_000);
    expect(await sandbox.find(key)).toMatchObject(notFound);
    expect(await sandbox.truth(key)).toMatchObject({ calls: 1, answer: null, effect: null });
    expect(await sandbox.get('/truth/totals')).toMatchObject({ body: { totals: [] } });
  });

  test('tok_late_approval is not found for 10 s, then approved', async ({ freshSandbox: sandbox }) => {
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.authorize({ cardToken: 'tok_late_approval', key, signal }));

    sandbox.clock.advance(9_999);
    expect(await sandbox.find(key)).toMatchObject(notFound);
    sandbox.clock.advance(1);
    expect(await sandbox.find(key)).toMatchObject({ status: 200, body: { status: 'approved', amountMinor: 1_099 } });
  });
});

describe('tok_slow', () => {
  test('is approved after 3 s, and not found before', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_slow', key: randomUUID(), reference: randomUUID() };
    const answer = sandbox.authorize(payment);
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(2_999);
    await sandbox.clock.waiting(1);
    expect(await sandbox.find(payment.key)).toMatchObject(notFound);
    sandbox.clock.advance(1);

    expect(await answer).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await sandbox.find(payment.key)).toMatchObject({ body: { status: 'approved' } });
    expect(await sandbox.authorize(payment)).toEqual(await answer);
  });

  test('is charged though the caller left before the answer', async ({ freshSandbox: sandbox }) => {
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.authorize({ cardToken: 'tok_slow', key, signal }));

    sandbox.clock.advance(3_000);
    expect(await sandbox.find(key)).toMatchObject({ body: { status: 'approved' } });
  });
});

describe('after the authorization', () => {
  test('tok_capture_timeout: captured, never answered, found after 2 s', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_capture_timeout');
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.capture(authorizationId, 1_099, { key, signal }));

    expect(await sandbox.truth(key)).toMatchObject({ calls: 1, effect: { operation: 'capture', amountMinor: 1_099 } });
    expect(await sandbox.find(key)).toMatchObject(notFound);
    sandbox.clock.advance(2_000);
    const found = await sandbox.find(key);
    expect(found).toMatchObject({ body: { operation: 'capture', status: 'approved', amountMinor: 1_099 } });
    expect(await sandbox.refund(authorizationId, 1_099)).toMatchObject({ body: { status: 'approved' } });
  });

  test('tok_refund_timeout: refunded, never answered, found after 2 s', async ({ freshSandbox: sandbox }) => {
    const capturedId = await sandbox.captured('tok_refund_timeout');
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.refund(capturedId, 1_000, { key, signal }));

    expect(await sandbox.truth(key)).toMatchObject({ calls: 1, effect: { operation: 'refund', amountMinor: 1_000 } });
    sandbox.clock.advance(1_999);
    expect(await sandbox.find(key)).toMatchObject(notFound);
    sandbox.clock.advance(1);
    expect(await sandbox.find(key)).toMatchObject({ body: { operation: 'refund', status: 'approved' } });
  });
});

describe('a sandbox that stops', () => {
  test('hangs up on every caller whose answer is still owed', async ({ databases }) => {
    const sandbox = await Sandbox.start(await databases.create());
    const owed = [
      sandbox.authorize({ cardToken: 'tok_timeout_charged' }),
      sandbox.authorize({ cardToken: 'tok_timeout_not_charged' }),
      sandbox.authorize({ cardToken: 'tok_slow' }),
    ];
    await sandbox.clock.waiting(3);
    const [stopped, ...answers] = await Promise.allSettled([sandbox.stop(), ...owed]);

    expect(stopped.status).toBe('fulfilled');
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('also hangs up on a call that comes to wait after it began to stop', async ({ freshSandbox: sandbox }) => {
    sandbox.application.get(OpenCalls).beforeApplicationShutdown();
    await expect(sandbox.authorize({ cardToken: 'tok_timeout_charged' })).rejects.toThrow('fetch failed');
    await expect(sandbox.authorize({ cardToken: 'tok_slow' })).rejects.toThrow('fetch failed');
    expect(await sandbox.authorize({ cardToken: 'tok_visa' })).toMatchObject({ status: 200 });
  });
});
