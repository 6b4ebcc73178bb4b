import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { fieldOf } from './support/sandbox.ts';
import type { HttpAnswer } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const approved = { status: 200, body: { status: 'approved' } };
const declinedWith = (declineCode: string) => ({ status: 200, body: { status: 'declined', declineCode, soft: false } });

/** How many were approved; every other one must have been declined, not failed. */
function approvals(answers: readonly HttpAnswer[]): number {
  const statuses = answers.map(({ status, body, text }) => (status === 200 ? fieldOf(body, 'status') : text));
  expect([...new Set(statuses)].toSorted()).toEqual(['approved', 'declined']);
  return statuses.filter((status) => status === 'approved').length;
}

describe('captures', () => {
  test('add up to the authorization and never above it', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });

    expect(await sandbox.capture(authorizationId, 400, { final: false })).toMatchObject(approved);
    expect(await sandbox.capture(authorizationId, 601, { final: false })).toMatchObject(
      declinedWith('amount_exceeds_authorization'),
    );
    expect(await sandbox.capture(authorizationId, 600, { final: false })).toMatchObject(approved);
    expect(await sandbox.capture(authorizationId, 1, { final: false })).toMatchObject(
      declinedWith('amount_exceeds_authorization'),
    );
  });

  test('end with the final one', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });

    expect(await sandbox.capture(authorizationId, 400, { final: true })).toMatchObject(approved);
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(declinedWith('authorization_closed'));
  });

  test('in a race of 100 take what was authorized and not a unit more', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => sandbox.capture(authorizationId, 30, { final: false })),
    );

    expect(approvals(answers)).toBe(33);
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [{ captured: { count: 33, minor: 990 } }],
    });
  });
});

describe('refunds', () => {
  test('add up to what was captured and never above it', async ({ sandbox }) => {
    const capturedId = await sandbox.captured('tok_visa', 1_000);

    expect(await sandbox.refund(capturedId, 1_001)).toMatchObject(declinedWith('amount_exceeds_capture'));
    expect(await sandbox.refund(capturedId, 999)).toMatchObject(approved);
    expect(await sandbox.refund(capturedId, 2)).toMatchObject(declinedWith('amount_exceeds_capture'));
    expect(await sandbox.refund(capturedId, 1)).toMatchObject(approved);
    expect(await sandbox.refund(capturedId, 1)).toMatchObject(declinedWith('amount_exceeds_capture'));
  });

  test('in a race of 100 give back what was captured and not a unit more', async ({ freshSandbox: sandbox }) => {
    const capturedId = await sandbox.captured('tok_visa', 1_000);
    const answers = await Promise.all(Array.from({ length: 100 }, () => sandbox.refund(capturedId, 30)));

    expect(approvals(answers)).toBe(33);
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [{ refunded: { count: 33, minor: 990 } }],
    });
  });
});

describe('a void', () => {
  test('after a partial capture releases the rest and nothing else', async ({ freshSandbox: sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { amountMinor: 1_000 });
    await sandbox.capture(authorizationId, 300, { final: false });
    await sandbox.capture(authorizationId, 100, { final: false });

    expect(await sandbox.void(authorizationId)).toMatchObject({ body: { status: 'approved', amountMinor: 600 } });
    expect(await sandbox.void(authorizationId)).toMatchObject(declinedWith('authorization_voided'));
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(declinedWith('authorization_voided'));
    expect(await sandbox.refund(authorizationId, 400)).toMatchObject(approved);
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [{ captured: { count: 2, minor: 400 }, voided: { count: 1, minor: 600 } }],
    });
  });

  test('is refused when a final capture has released the rest', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    await sandbox.capture(authorizationId, 1, { final: true });
    expect(await sandbox.void(authorizationId)).toMatchObject(declinedWith('authorization_closed'));
  });

  test('is refused when everything was captured', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    await sandbox.capture(authorizationId, 1_099, { final: false });
    expect(await sandbox.void(authorizationId)).toMatchObject(declinedWith('authorization_captured'));
  });

  test('ends the authorization: no capture and no second void', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    expect(await sandbox.void(authorizationId)).toMatchObject(approved);
    expect(await sandbox.capture(authorizationId, 1)).toMatchObject(declinedWith('authorization_voided'));
    expect(await sandbox.void(authorizationId)).toMatchObject(declinedWith('authorization_voided'));
  });

  test('racing a capture: one of the two', async ({ sandbox }) => {
    for (let race = 0; race < 20; race += 1) {
      const authorizationId = await sandbox.authorized('tok_visa');
      const answers = await Promise.all([sandbox.void(authorizationId), sandbox.capture(authorizationId, 1_099)]);
      expect(approvals(answers)).toBe(1);
    }
  });
});

describe('what an acquirer does not know', () => {
  test('is refused, changes nothing and leaves the key free', async ({ sandbox }) => {
    const key = randomUUID();
    const authorizationId = await sandbox.authorized('tok_visa');
    const unknownAuthorization = { status: 404, body: { error: { code: 'unknown_authorization' } } };

    expect(await sandbox.capture('auth_0', 1, { key })).toMatchObject(unknownAuthorization);
    expect(await sandbox.void('auth_0', { key })).toMatchObject(unknownAuthorization);
    expect(await sandbox.refund('auth_0', 1, { key })).toMatchObject(unknownAuthorization);
    expect(await sandbox.truth(key)).toBeUndefined();
    expect(await sandbox.capture(authorizationId, 1_099, { key })).toMatchObject(approved);
  });

  test('is what another acquirer authorized', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa', { acquirer: 'alpha' });
    expect(await sandbox.capture(authorizationId, 1, { acquirer: 'beta' })).toMatchObject({ status: 404 });

    await sandbox.capture(authorizationId, 1, { acquirer: 'alpha' });
    expect(await sandbox.refund(authorizationId, 1, { acquirer: 'beta' })).toMatchObject({ status: 404 });
  });
});
