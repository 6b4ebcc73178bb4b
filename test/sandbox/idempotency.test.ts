import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { idOf } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

/** As many as the product promises for its own keys. */
const parallelCalls = 200;

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

describe('equal calls in parallel', () => {
  test('200 authorizations under one key: one hold, one answer', async ({ freshSandbox: sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    const answers = await Promise.all(Array.from({ length: parallelCalls }, () => sandbox.authorize(payment)));

    expect(distinct(answers.map(({ status, text }) => `${status} ${text}`))).toHaveLength(1);
    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: parallelCalls });
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [{ acquirer: 'alpha', currency: 'EUR', authorized: { count: 1, minor: 1_099 } }],
    });
  });

  test('200 refunds under one key: one refund', async ({ freshSandbox: sandbox }) => {
    const capturedId = await sandbox.captured('tok_visa', 50_000);
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: parallelCalls }, () => sandbox.refund(capturedId, 100, { key })),
    );

    expect(distinct(answers.map(({ status, text }) => `${status} ${text}`))).toHaveLength(1);
    expect((await sandbox.get('/truth/totals')).body).toMatchObject({
      totals: [{ refunded: { count: 1, minor: 100 } }],
    });
  });
});

describe('the same key again', () => {
  test('repeats every kind of answer byte for byte', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    const first = await sandbox.authorize(payment);
    const authorizationId = idOf(first, 'authorizationId');
    const captureCall = { key: randomUUID(), final: false };
    const capture = await sandbox.capture(authorizationId, 600, captureCall);
    const refundCall = { key: randomUUID() };
    const refund = await sandbox.refund(authorizationId, 100, refundCall);
    const increaseCall = { key: randomUUID() };
    const increase = await sandbox.increase(authorizationId, 100, increaseCall);
    const voidCall = { key: randomUUID() };
    const voided = await sandbox.void(authorizationId, voidCall);
    const secondVoidCall = { key: randomUUID() };
    const refusedVoid = await sandbox.void(authorizationId, secondVoidCall);

    expect(await sandbox.authorize(payment)).toEqual(first);
    expect(await sandbox.capture(authorizationId, 600, captureCall)).toEqual(capture);
    expect(await sandbox.refund(authorizationId, 100, refundCall)).toEqual(refund);
    expect(await sandbox.increase(authorizationId, 100, increaseCall)).toEqual(increase);
    expect(await sandbox.void(authorizationId, voidCall)).toEqual(voided);
    expect(refusedVoid).toMatchObject({ body: { declineCode: 'authorization_voided' } });
    expect(await sandbox.void(authorizationId, secondVoidCall)).toEqual(refusedVoid);
  });

  test('repeats a decline though it would be approved by now', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    const call = { key: randomUUID() };
    const declined = await sandbox.capture(authorizationId, 5_000, call);
    expect(declined).toMatchObject({ body: { declineCode: 'amount_exceeds_authorization' } });

    expect(await sandbox.capture(authorizationId, 5_000, call)).toEqual(declined);
  });

  test('with key order and spacing changed is the same request', async ({ sandbox }) => {
    const key = randomUUID();
    const path = '/acquirers/alpha/authorizations';
    const body = '{"cardToken":"tok_visa","amountMinor":5,"currency":"EUR","reference":"r"}';
    const reordered = '{ "reference": "r",\n "currency": "EUR", "amountMinor": 5.0, "cardToken": "tok_visa" }';

    const first = await sandbox.request('POST', path, { key, body });
    expect(await sandbox.request('POST', path, { key, body: reordered })).toEqual(first);
  });

  test.for([
    { amountMinor: 2_000 },
    { currency: 'USD' },
    { reference: 'another' },
    { returnUrl: 'https://shop.example/back' },
    { cardToken: 'tok_amex' },
    { cardToken: 'tok_declined' },
  ])('with %j in place of what was asked is refused and changes nothing', async (changed, { sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: 'one' };
    const first = await sandbox.authorize(payment);

    expect(await sandbox.authorize({ ...payment, ...changed })).toMatchObject({
      status: 409,
      body: { error: { code: 'idempotency_key_reused' } },
    });
    expect(await sandbox.authorize(payment)).toEqual(first);
  });

  test('for another operation or another subject is refused', async ({ sandbox }) => {
    const key = randomUUID();
    const authorizationId = await sandbox.authorized('tok_visa', { key });
    const other = await sandbox.authorized('tok_visa');
    const conflict = { status: 409, body: { error: { code: 'idempotency_key_reused' } } };

    expect(await sandbox.void(authorizationId, { key })).toMatchObject(conflict);
    expect(await sandbox.capture(authorizationId, 1_099, { key })).toMatchObject(conflict);
    const captureKey = randomUUID();
    expect((await sandbox.capture(authorizationId, 1_099, { key: captureKey })).status).toBe(200);
    expect(await sandbox.capture(other, 1_099, { key: captureKey })).toMatchObject(conflict);
    expect(await sandbox.capture(authorizationId, 1_099, { key: captureKey, final: false })).toMatchObject(conflict);
  });

  test('is refused for another body even where nothing was done under it yet', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_not_sent', key: randomUUID(), reference: randomUUID() };
    expect(await sandbox.authorize(payment)).toMatchObject({ status: 503 });
    expect(await sandbox.authorize({ ...payment, amountMinor: 1 })).toMatchObject({ status: 409 });
  });

  test('at another acquirer is another operation', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_visa', key: randomUUID(), reference: randomUUID() };
    const atAlpha = await sandbox.authorize({ ...payment, acquirer: 'alpha' });
    const atBeta = await sandbox.authorize({ ...payment, acquirer: 'beta' });

    expect(atBeta).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(idOf(atBeta, 'authorizationId')).not.toBe(idOf(atAlpha, 'authorizationId'));
    expect(await sandbox.find(payment.key, { acquirer: 'gamma' })).toMatchObject({ status: 404 });
  });
});
