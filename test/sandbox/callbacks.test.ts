import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { SandboxConfig } from '../../apps/sandbox/src/sandbox.config.ts';
import { CallbackReceiver } from './support/callback-receiver.ts';
import { Sandbox, fieldOf } from './support/sandbox.ts';
import { andThenNothing } from './support/and-then-nothing.ts';
import { test } from './support/sandbox-test.ts';

/** The clock of every test starts here. */
const startSeconds = Date.parse('2026-11-21T12:00:00.000Z') / 1_000;

function signed(raw: Buffer, seconds: number, secret = 'sandbox_callback_secret'): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${raw.toString()}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

describe('tok_duplicate_answer', () => {
  test('is approved and called back twice with the same result', async ({ callingSandbox: sandbox, receiver }) => {
    const key = randomUUID();
    const answer = await sandbox.authorize({ cardToken: 'tok_duplicate_answer', key, acquirer: 'beta' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'approved', amountMinor: 1_099 } });

    const [first, second] = await receiver.first(2);
    expect(first).toMatchObject({
      path: '/acquirers/beta/callbacks',
      type: 'operation.decided',
      id: expect.stringMatching(/^cb_[0-9a-f]{24}$/),
      createdAt: '2026-11-21T12:00:00.000Z',
    });
    expect(first?.data).toEqual({ idempotencyKey: key, ...Object(fieldOf(await found(sandbox, key), 'body')) });
    expect(second?.data).toEqual(first?.data);
    expect(second?.id).not.toBe(first?.id);
  });

  test('under its key again is not called back again', async ({ callingSandbox: sandbox, receiver }) => {
    const payment = { cardToken: 'tok_duplicate_answer', reference: 'r' };
    await sandbox.authorize({ ...payment, key: 'one' });
    await receiver.first(2);
    await sandbox.authorize({ ...payment, key: 'one' });
    await sandbox.authorize({ ...payment, key: 'another' });
    const told = await receiver.first(4);
    expect(told.map(({ data }) => fieldOf(data, 'idempotencyKey'))).toEqual(['one', 'one', 'another', 'another']);
  });
});

test('an ordinary card calls nobody back', async ({ callingSandbox: sandbox, receiver }) => {
  const authorizationId = await sandbox.captured('tok_visa');
  await sandbox.refund(authorizationId, 99);
  await sandbox.void(await sandbox.authorized('tok_visa'));
  sandbox.clock.advance(3_600_000);
  await sandbox.authorize({ cardToken: 'tok_duplicate_answer', key: 'told' });
  const told = await receiver.first(2);
  expect(told.map(({ data }) => fieldOf(data, 'idempotencyKey'))).toEqual(['told', 'told']);
});

describe('a callback', () => {
  test('is signed over its bytes and the time of sending', async ({ callingSandbox: sandbox, receiver }) => {
    await sandbox.authorize({ cardToken: 'tok_duplicate_answer' });
    for (const { raw, headers } of await receiver.first(2)) {
      expect(headers['content-type']).toBe('application/json');
      expect(headers['sandbox-signature']).toBe(signed(raw, startSeconds));
    }
  });

  test.for([302, 400, 404, 500, 503])(
    'that is answered with %i is repeated, byte for byte and signed anew, after 1, 2 and 4 s until a 2xx',
    async (status, { callingSandbox: sandbox, receiver }) => {
      receiver.answers = status;
      await sandbox.authorize({ cardToken: 'tok_auth_expires' });
      await sandbox.clock.waiting(1);
      sandbox.clock.advance(5_000);
      await receiver.first(1);
      for (const [nth, pauseMs] of [1_000, 2_000, 4_000].entries()) {
        await sandbox.clock.waiting(1);
        sandbox.clock.advance(pauseMs - 1);
        await sandbox.clock.waiting(1);
        await receiver.first(nth + 1);
        if (pauseMs === 4_000) receiver.answers = 200;
        sandbox.clock.advance(1);
        await receiver.first(nth + 2);
      }

      const told = [...(await receiver.first(4))];
      expect(await andThenNothing(sandbox, receiver)).toBe(4);
      expect(new Set(told.map(({ raw }) => raw.toString())).size).toBe(1);
      expect(told.map(({ headers }) => headers['sandbox-signature'])).toEqual(
        [5, 6, 8, 12].map((seconds, nth) => signed(told[nth]?.raw ?? Buffer.alloc(0), startSeconds + seconds)),
      );
    },
  );

  test('comes again at least every minute', async ({ callingSandbox: sandbox, receiver }) => {
    receiver.answers = 500;
    await sandbox.authorize({ cardToken: 'tok_auth_expires' });
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(5_000);
    for (let tries = 1; tries <= 12; tries += 1) {
      await receiver.first(tries);
      await sandbox.clock.waiting(1);
      sandbox.clock.advance(60_000);
    }
    await receiver.first(13);
  });

  test('survives a restart', async ({ databases, receiver }) => {
    const database = await databases.create();
    const environment = { SANDBOX_CALLBACK_URL: receiver.url };
    receiver.answers = 500;
    const before = await Sandbox.start(database, environment);
    await before.authorize({ cardToken: 'tok_duplicate_answer' });
    await receiver.first(2);
    await before.clock.waiting(1);
    await before.stop();

    receiver.answers = 200;
    const after = await Sandbox.start(database, environment);
    await after.clock.waiting(1);
    after.clock.advance(1_000);
    const told = await receiver.first(4);
    const [first, second, ...repeated] = told.map(({ raw }) => raw.toString());
    expect(repeated.toSorted()).toEqual([first, second].toSorted());
    expect(await andThenNothing(after, receiver)).toBe(4);
    await after.stop();
  });

  test('that nobody could be told waits until there is an address, and then goes there', async ({ databases }) => {
    const database = await databases.create();
    const alone = await Sandbox.start(database);
    await alone.authorize({ cardToken: 'tok_duplicate_answer', key: 'kept' });
    await alone.stop();

    const receiver = await CallbackReceiver.start();
    const sandbox = await Sandbox.start(database, {
      SANDBOX_CALLBACK_URL: `${receiver.url}/below/`,
      SANDBOX_CALLBACK_SECRET: 'another secret',
    });
    for (const { path, raw, headers, data } of await receiver.first(2)) {
      expect(path).toBe('/below/acquirers/alpha/callbacks');
      expect(headers['sandbox-signature']).toBe(signed(raw, startSeconds, 'another secret'));
      expect(data).toMatchObject({ idempotencyKey: 'kept' });
    }
    await sandbox.stop();
    await receiver.stop();
  });

  test('on its way does not keep the sandbox from stopping', async ({ databases, receiver }) => {
    receiver.answers = 'never';
    const sandbox = await Sandbox.start(await databases.create(), { SANDBOX_CALLBACK_URL: receiver.url });
    await sandbox.authorize({ cardToken: 'tok_duplicate_answer' });
    await receiver.first(2);
    const stoppedAt = performance.now();
    await sandbox.stop();
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
  });
});

test('the secret that everybody can read is for development', () => {
  const environment = {
    DATABASE_URL: 'postgresql://role:word@127.0.0.1:1/name',
    PORT: '1',
    SANDBOX_CALLBACK_URL: 'http://127.0.0.1:2',
  };
  const inProduction = () => SandboxConfig.fromEnvironment({ ...environment, NODE_ENV: 'production' });
  expect(inProduction).toThrow(/^The sandbox cannot start: SANDBOX_CALLBACK_SECRET: must be set/);
  expect(SandboxConfig.fromEnvironment({ ...environment, NODE_ENV: 'development' }).callbackSecret).toBe(
    'sandbox_callback_secret',
  );
});

function found(sandbox: Sandbox, key: string) {
  return sandbox.find(key, { acquirer: 'beta' });
}
