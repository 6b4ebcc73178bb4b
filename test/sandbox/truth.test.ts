import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect } from 'vitest';
import { Sandbox, fieldOf, idOf, notProcessed } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

/** Reads the list of effects to its end, a page of `limit` at a time, and answers the keys and the place to go on. */
async function readOn(sandbox: Sandbox, after?: string, limit = 2): Promise<{ keys: unknown[]; next: string }> {
  const keys: unknown[] = [];
  for (let cursor = after; ;) {
    const { body } = await sandbox.get(
      `/truth/operations?limit=${limit}${cursor === undefined ? '' : `&after=${cursor}`}`,
    );
    const operations = fieldOf(body, 'operations');
    if (!Array.isArray(operations)) throw new Error(`No operations in ${JSON.stringify(body)}`);
    keys.push(...operations.map((operation) => fieldOf(operation, 'key')));
    cursor = String(fieldOf(body, 'next'));
    if (fieldOf(body, 'more') === false) return { keys, next: cursor };
  }
}

async function authorizeUnder(sandbox: Sandbox, ...keys: string[]): Promise<void> {
  for (const key of keys) await sandbox.authorized('tok_visa', { key });
}

describe('the truth about a key', () => {
  test('names what was done, what was said and how often it was called', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { reference: 'pay_1', currency: 'SEK' });
    const key = randomUUID();
    const captureId = idOf(await sandbox.capture(authorizationId, 500, { key }), 'captureId');
    sandbox.clock.advance(1_000);
    await sandbox.capture(authorizationId, 500, { key });

    expect((await sandbox.get(`/truth?key=${key}`)).body).toEqual({
      key,
      operations: [
        {
          acquirer: 'alpha',
          operation: 'capture',
          calls: 2,
          firstCalledAt: '2026-11-21T12:00:00.000Z',
          answer: { status: 'approved', captureId, amountMinor: 500 },
          findableFrom: '2026-11-21T12:00:00.000Z',
          effect: {
            acquirer: 'alpha',
            key,
            operation: 'capture',
            effectId: captureId,
            authorizationId,
            cardToken: 'tok_visa',
            reference: 'pay_1',
            amountMinor: 500,
            currency: 'SEK',
            calls: 2,
            recordedAt: '2026-11-21T12:00:00.000Z',
          },
        },
      ],
    });
  });

  test('names every acquirer that was called with it, and nobody for a key that no one used', async ({
    freshSandbox: sandbox,
  }) => {
    const payment = { cardToken: 'tok_visa', key: 'one', reference: 'one' };
    await sandbox.authorize({ ...payment, acquirer: 'beta' });
    await sandbox.authorize({ ...payment, acquirer: 'alpha' });

    expect((await sandbox.get('/truth?key=one')).body).toMatchObject({
      operations: [{ acquirer: 'alpha' }, { acquirer: 'beta' }],
    });
    expect((await sandbox.get('/truth?key=two')).body).toEqual({ key: 'two', operations: [] });
    expect(await sandbox.get('/truth')).toMatchObject({ status: 400 });
  });
});

describe('the totals', () => {
  test('count and add what was done, by acquirer and currency', async ({ freshSandbox: sandbox }) => {
    expect((await sandbox.get('/truth/totals')).body).toEqual({ totals: [] });
    const first = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    await sandbox.capture(first, 700, { final: false });
    await sandbox.increase(first, 70);
    await sandbox.refund(first, 100);
    await sandbox.refund(first, 50);
    await sandbox.void(await sandbox.authorized('tok_visa', { amountMinor: 300 }));
    await sandbox.authorize({ cardToken: 'tok_declined', amountMinor: 9_000 });
    await sandbox.authorized('tok_amex', { amountMinor: 5, currency: 'JPY', acquirer: 'gamma' });

    const none = { count: 0, minor: 0 };
    expect((await sandbox.get('/truth/totals')).body).toEqual({
      totals: [
        {
          acquirer: 'alpha',
          currency: 'EUR',
          authorized: { count: 2, minor: 1_300 },
          increased: { count: 1, minor: 70 },
          captured: { count: 1, minor: 700 },
          refunded: { count: 2, minor: 150 },
          voided: { count: 1, minor: 300 },
        },
        {
          acquirer: 'gamma',
          currency: 'JPY',
          authorized: { count: 1, minor: 5 },
          increased: none,
          captured: none,
          refunded: none,
          voided: none,
        },
      ],
    });
  });
});

describe('the list of effects', () => {
  test('is read to its end page by page, and on from there', async ({ freshSandbox: sandbox }) => {
    await authorizeUnder(sandbox, 'a', 'b', 'c', 'd', 'e');
    const first = await readOn(sandbox);
    expect(first.keys).toEqual(['a', 'b', 'c', 'd', 'e']);

    expect((await readOn(sandbox, first.next)).keys).toEqual([]);
    await authorizeUnder(sandbox, 'f');
    expect((await readOn(sandbox, first.next)).keys).toEqual(['f']);
  });

  test('shows an effect that commits after the reader has passed its number', async ({ databases }) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database);
    const late = new Client({ connectionString: database.urlFor('sandbox') });
    await late.connect();
    await late.query('BEGIN');
    await late.query(`INSERT INTO sandbox.operation (acquirer, idempotency_key, operation, fingerprint, first_called_at)
      VALUES ('alpha', 'late', 'authorize', 'f', now())`);
    await late.query(`INSERT INTO sandbox.effect (acquirer, idempotency_key, operation, effect_id, authorization_id,
        card_token, reference, amount_minor, currency, recorded_at)
      VALUES ('alpha', 'late', 'authorize', 'auth_late', 'auth_late', 'tok_visa', 'late', 1, 'EUR', now())`);
    await authorizeUnder(sandbox, 'early-1', 'early-2', 'early-3');

    const passed = await readOn(sandbox);
    expect(passed.keys).toEqual(['early-1', 'early-2', 'early-3']);
    await late.query('COMMIT');
    await late.end();
    await authorizeUnder(sandbox, 'afterwards');
    expect((await readOn(sandbox, passed.next)).keys).toEqual(['late', 'afterwards']);
    await sandbox.stop();
  });

  test('refuses a cursor or a limit that it never gave', async ({ sandbox }) => {
    for (const query of ['after=nonsense', 'after=e30', 'limit=0', 'limit=1001', 'limit=x', 'offset=1']) {
      expect(await sandbox.get(`/truth/operations?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request' } },
      });
    }
  });

  test('cannot be rewritten by the role that writes it', async ({ databases }) => {
    const client = new Client({ connectionString: (await databases.create()).urlFor('sandbox') });
    await client.connect();
    for (const statement of ['UPDATE sandbox.effect SET amount_minor = 1', 'DELETE FROM sandbox.effect']) {
      await expect(client.query(statement)).rejects.toThrow('permission denied');
    }
    await client.end();
  });
});

describe('a restart', () => {
  test('keeps the truth, the answers, the guards and the counts', async ({ databases }) => {
    const database = await databases.create();
    const before = await Sandbox.start(database);
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    const answer = await before.authorize(payment);
    const authorizationId = idOf(answer, 'authorizationId');
    await before.capture(authorizationId, 1_000, { final: false });
    const flaky = { cardToken: 'tok_flaky', reference: randomUUID() };
    await before.authorize(flaky);
    await before.control({ down: true }, 'beta');
    const totals = await before.get('/truth/totals');
    await before.stop();

    const after = await Sandbox.start(database);
    expect(await after.get('/truth/totals')).toEqual(totals);
    expect(await after.authorize(payment)).toEqual(answer);
    expect(await after.truth(payment.key)).toMatchObject({ calls: 2 });
    expect(await after.find(payment.key)).toMatchObject({ status: 200, body: { authorizationId } });
    expect(await after.capture(authorizationId, 100)).toMatchObject({
      body: { declineCode: 'amount_exceeds_authorization' },
    });
    expect(await after.authorize(flaky)).toMatchObject(notProcessed);
    expect(await after.authorize(flaky)).toMatchObject({ body: { status: 'approved' } });
    expect(await after.authorize({ cardToken: 'tok_visa', acquirer: 'beta' })).toMatchObject({ status: 200 });
    await after.stop();
  });
});
