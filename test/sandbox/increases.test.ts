import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { notFound } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';
import { unanswered } from './support/unanswered.ts';

const approved = { status: 200, body: { status: 'approved' } };
const declinedWith = (declineCode: string) => ({ status: 200, body: { status: 'declined', declineCode, soft: false } });

describe('an increase', () => {
  test('holds so much more, which can then be captured', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    const key = randomUUID();
    const answer = await sandbox.increase(authorizationId, 400, { key });

    expect(answer.body).toEqual({
      status: 'approved',
      increaseId: expect.stringMatching(/^incr_[0-9a-f]{24}$/),
      amountMinor: 400,
      heldMinor: 1_400,
    });
    expect((await sandbox.find(key)).body).toEqual({ operation: 'increase', ...Object(answer.body) });
    expect(await sandbox.increase(authorizationId, 400, { key })).toEqual(answer);
    expect(await sandbox.truth(key)).toMatchObject({
      calls: 2,
      effect: { operation: 'increase', authorizationId, amountMinor: 400 },
    });
    expect(await sandbox.capture(authorizationId, 1_401)).toMatchObject(declinedWith('amount_exceeds_authorization'));
    expect(await sandbox.capture(authorizationId, 1_400)).toMatchObject(approved);
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [
        { authorized: { count: 1, minor: 1_000 }, increased: { count: 1, minor: 400 }, captured: { minor: 1_400 } },
      ],
    });
  });

  test('after a partial capture adds to what is left, and a void releases all of it', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    await sandbox.capture(authorizationId, 900, { final: false });
    expect(await sandbox.increase(authorizationId, 50)).toMatchObject({ body: { heldMinor: 1_050 } });
    expect(await sandbox.void(authorizationId)).toMatchObject({ body: { status: 'approved', amountMinor: 150 } });
  });

  test('is refused after a void, after a final capture and after all was captured', async ({ sandbox }) => {
    const voided = await sandbox.authorized('tok_visa');
    await sandbox.void(voided);
    expect(await sandbox.increase(voided, 1)).toMatchObject(declinedWith('authorization_voided'));

    const closed = await sandbox.authorized('tok_visa');
    await sandbox.capture(closed, 1, { final: true });
    expect(await sandbox.increase(closed, 1)).toMatchObject(declinedWith('authorization_closed'));

    const used = await sandbox.authorized('tok_visa');
    await sandbox.capture(used, 1_099, { final: false });
    expect(await sandbox.increase(used, 1)).toMatchObject(declinedWith('authorization_captured'));
  });

  test('beyond what a JSON integer holds exactly is refused', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: Number.MAX_SAFE_INTEGER - 1 });
    expect(await sandbox.increase(authorizationId, 2)).toMatchObject(declinedWith('amount_not_allowed'));
    expect(await sandbox.increase(authorizationId, 1)).toMatchObject(approved);
  });

  test('with tok_increase_declined is declined, softly, and what was held can be captured', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_increase_declined', { amountMinor: 1_000 });
    const declined = { status: 200, body: { status: 'declined', declineCode: 'insufficient_funds', soft: true } };
    expect(await sandbox.increase(authorizationId, 1)).toMatchObject(declined);
    expect(await sandbox.capture(authorizationId, 1_000)).toMatchObject(approved);
  });

  test('with tok_increase_timeout is done at once, never answered, and found after 2 s', async ({
    freshSandbox: sandbox,
  }) => {
    const authorizationId = await sandbox.authorized('tok_increase_timeout', { amountMinor: 1_000 });
    const key = randomUUID();
    await unanswered(sandbox, (signal) => sandbox.increase(authorizationId, 400, { key, signal }));

    expect(await sandbox.truth(key)).toMatchObject({ calls: 1, effect: { operation: 'increase', amountMinor: 400 } });
    sandbox.clock.advance(1_999);
    expect(await sandbox.find(key)).toMatchObject(notFound);
    sandbox.clock.advance(1);
    expect(await sandbox.find(key)).toMatchObject({ status: 200, body: { status: 'approved', heldMinor: 1_400 } });
  });

  test('in a race of 50 adds every one of them', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    await Promise.all(Array.from({ length: 50 }, () => sandbox.increase(authorizationId, 3)));
    expect(await sandbox.increase(authorizationId, 1)).toMatchObject({ body: { heldMinor: 1_151 } });
  });

  test('of nothing, or of an authorization that is not there, is refused', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    for (const amountMinor of [0, -1, 0.5]) {
      expect(await sandbox.increase(authorizationId, amountMinor)).toMatchObject({ status: 400 });
    }
    const unknown = { status: 404, body: { error: { code: 'unknown_authorization' } } };
    expect(await sandbox.increase('auth_0', 1)).toMatchObject(unknown);
    expect(await sandbox.increase(authorizationId, 1, { acquirer: 'beta' })).toMatchObject(unknown);
  });
});
