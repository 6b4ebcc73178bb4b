import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect } from 'vitest';
import { Sandbox } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const approved = { status: 200, body: { status: 'approved' } };
const expired = { status: 200, body: { status: 'declined', declineCode: 'authorization_expired', soft: false } };
const holdMs = 5_000;

describe('tok_auth_expires', () => {
  test('is approved with the instant at which the hold ends', async ({ sandbox }) => {
    const key = randomUUID();
    const answer = await sandbox.authorize({ cardToken: 'tok_auth_expires', key });
    expect(answer.body).toEqual({
      status: 'approved',
      authorizationId: expect.stringMatching(/^auth_/),
      amountMinor: 1_099,
      currency: 'EUR',
      expiresAt: '2026-11-21T12:00:05.000Z',
    });
    expect((await sandbox.find(key)).body).toEqual({ operation: 'authorize', ...Object(answer.body) });
  });

  test('can be captured, voided and increased until that instant and not from then on', async ({ freshSandbox }) => {
    const [captured, voided, increased, ended] = await Promise.all(
      Array.from({ length: 4 }, () => freshSandbox.authorized('tok_auth_expires')),
    );
    freshSandbox.clock.advance(holdMs - 1);
    expect(await freshSandbox.capture(captured ?? '', 1_099)).toMatchObject(approved);
    expect(await freshSandbox.void(voided ?? '')).toMatchObject(approved);
    expect(await freshSandbox.increase(increased ?? '', 1)).toMatchObject(approved);

    freshSandbox.clock.advance(1);
    expect(await freshSandbox.capture(ended ?? '', 1)).toMatchObject(expired);
    expect(await freshSandbox.void(ended ?? '')).toMatchObject(expired);
    expect(await freshSandbox.increase(increased ?? '', 1)).toMatchObject(expired);
    expect(await freshSandbox.refund(captured ?? '', 1_099)).toMatchObject(approved);
  });

  test('loses what is left of it after a partial capture, and keeps what was captured', async ({ freshSandbox }) => {
    const authorizationId = await freshSandbox.authorized('tok_auth_expires');
    await freshSandbox.capture(authorizationId, 600, { final: false });
    freshSandbox.clock.advance(holdMs);
    expect(await freshSandbox.capture(authorizationId, 1)).toMatchObject(expired);
    expect(await freshSandbox.refund(authorizationId, 600)).toMatchObject(approved);
  });
});

describe('the end of a hold', () => {
  test('is called back', async ({ callingSandbox: sandbox, receiver }) => {
    const authorizationId = await sandbox.authorized('tok_auth_expires', { reference: 'pay_1', acquirer: 'gamma' });
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(holdMs - 1);
    await sandbox.clock.waiting(1);
    expect(receiver.received).toEqual([]);
    sandbox.clock.advance(1);
    expect(await receiver.first(1)).toMatchObject([
      {
        path: '/acquirers/gamma/callbacks',
        type: 'authorization.expired',
        createdAt: '2026-11-21T12:00:05.000Z',
        data: { authorizationId, reference: 'pay_1' },
      },
    ]);
  });

  test('is called back for what a partial capture has left', async ({ callingSandbox: sandbox, receiver }) => {
    const authorizationId = await sandbox.authorized('tok_auth_expires');
    await sandbox.capture(authorizationId, 600, { final: false });
    await sandbox.clock.waiting(1);
    sandbox.clock.advance(holdMs);
    expect(await receiver.first(1)).toMatchObject([{ type: 'authorization.expired', data: { authorizationId } }]);
  });

  test.for([
    ['captured as a whole', (sandbox: Sandbox, id: string) => sandbox.capture(id, 1_099, { final: false })],
    ['captured for the last time', (sandbox: Sandbox, id: string) => sandbox.capture(id, 1)],
    ['voided', (sandbox: Sandbox, id: string) => sandbox.void(id)],
  ] as const)('is no news when it was %s in time', async ([, end], { callingSandbox: sandbox, receiver }) => {
    const authorizationId = await sandbox.authorized('tok_auth_expires');
    await sandbox.clock.waiting(1);
    expect(await end(sandbox, authorizationId)).toMatchObject(approved);
    sandbox.clock.advance(holdMs);
    await sandbox.authorized('tok_duplicate_answer');
    const told = await receiver.first(2);
    expect(told.map(({ type }) => type)).toEqual(['operation.decided', 'operation.decided']);
  });

  test('holds for a capture that came before it and had to wait until after it', async ({ databases, receiver }) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database, { SANDBOX_CALLBACK_URL: receiver.url });
    const authorizationId = await sandbox.authorized('tok_auth_expires');
    await sandbox.clock.waiting(1);
    const other = new Client({ connectionString: database.urlFor('sandbox') });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM sandbox.hold FOR UPDATE');
    const key = randomUUID();
    const capture = sandbox.capture(authorizationId, 1_099, { key });
    await waitForRows(database.ownerUrl, 1);
    sandbox.clock.advance(holdMs);
    await other.query('COMMIT');
    await other.end();

    expect(await capture).toMatchObject(expired);
    expect(await receiver.first(1)).toMatchObject([{ type: 'authorization.expired', data: { authorizationId } }]);
    await sandbox.stop();
  });

  test('is no news when a capture that came in time is still being written', async ({ databases, receiver }) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database, { SANDBOX_CALLBACK_URL: receiver.url });
    const authorizationId = await sandbox.authorized('tok_auth_expires');
    const key = randomUUID();
    await hangUpOn(sandbox, authorizationId, key);
    // Another writes the effect of this key and does not end, so that the capture stands still with the hold in hand.
    const other = new Client({ connectionString: database.urlFor('sandbox') });
    await other.connect();
    await other.query('BEGIN');
    await other.query(
      `INSERT INTO sandbox.effect (acquirer, idempotency_key, operation, effect_id, authorization_id, card_token,
         reference, amount_minor, currency, recorded_at)
       VALUES ('alpha', $1, 'capture', 'c', 'a', 'tok_visa', 'r', 1, 'EUR', now())`,
      [key],
    );
    const capture = sandbox.capture(authorizationId, 1_099, { key });
    await waitForRows(database.ownerUrl, 1);
    sandbox.clock.advance(holdMs);
    await waitForRows(database.ownerUrl, 2);
    await other.query('ROLLBACK');
    await other.end();

    expect(await capture).toMatchObject(approved);
    await sandbox.authorized('tok_duplicate_answer');
    const told = await receiver.first(2);
    expect(told.map(({ type }) => type)).toEqual(['operation.decided', 'operation.decided']);
    await sandbox.stop();
  });
});

/** A call that is counted and does nothing: its key is known and nothing was decided under it. */
async function hangUpOn(sandbox: Sandbox, authorizationId: string, key: string): Promise<void> {
  await sandbox.control({ hang: true });
  const impatient = new AbortController();
  const call = sandbox.capture(authorizationId, 1_099, { key, signal: impatient.signal });
  // The call, and the callback of the hold's end.
  await sandbox.clock.waiting(2);
  impatient.abort();
  await expect(call).rejects.toThrow('aborted');
  await sandbox.resetControls();
}

/** Until so many in this database wait for what another holds. */
async function waitForRows(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (let waiting = 0; waiting !== count;) {
    const { rows } = await client.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    waiting = rows[0]?.waiting ?? 0;
  }
  await client.end();
}
