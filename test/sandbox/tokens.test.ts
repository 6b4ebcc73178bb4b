import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { idOf, notFound, notProcessed } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

describe('an authorization', () => {
  test.for(['tok_visa', 'tok_mastercard', 'tok_amex', 'tok_high_risk', 'tok_review', 'tok_capture_declined'])(
    'of %s is approved over the amount that was asked',
    async (cardToken, { sandbox }) => {
      const key = randomUUID();
      const answer = await sandbox.authorize({ cardToken, key, amountMinor: 2_500, currency: 'JPY' });

      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        status: 'approved',
        authorizationId: expect.stringMatching(/^auth_[0-9a-f]{24}$/),
        amountMinor: 2_500,
        currency: 'JPY',
      });
      expect(await sandbox.truth(key)).toMatchObject({
        calls: 1,
        effect: { operation: 'authorize', amountMinor: 2_500 },
      });
    },
  );

  test.for([
    ['tok_declined', 'generic_decline', true],
    ['tok_insufficient_funds', 'insufficient_funds', true],
    ['tok_lost_card', 'lost_card', false],
    ['tok_stolen_card', 'stolen_card', false],
    ['tok_expired_card', 'expired_card', false],
    ['tok_incorrect_cvc', 'incorrect_cvc', false],
  ] as const)('of %s is declined with %s, soft: %s', async ([cardToken, declineCode, soft], { sandbox }) => {
    const key = randomUUID();
    const answer = await sandbox.authorize({ cardToken, key });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: 'declined', declineCode, soft, message: expect.stringMatching(/\.$/) });
    expect(await sandbox.find(key)).toMatchObject({ status: 200, body: { operation: 'authorize', declineCode, soft } });
    expect(await sandbox.truth(key)).toMatchObject({ calls: 1, effect: null });
  });

  test('of an unknown token is refused with a link to the list', async ({ sandbox }) => {
    for (const cardToken of ['tok_unheard_of', 'tok_', 'constructor', '__proto__', '']) {
      const answer = await sandbox.authorize({ cardToken });
      expect(answer).toMatchObject({ status: 422, body: { error: { code: 'unknown_token' } } });
      expect(answer.text).toContain('docs/sandbox.md');
    }
  });
});

describe('the first acquirer asked', () => {
  test('declines tok_processing_error every time, and every other acquirer approves it', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_processing_error', reference: randomUUID() };
    const declined = { body: { status: 'declined', declineCode: 'processing_error', soft: true } };

    expect(await sandbox.authorize({ ...payment, acquirer: 'beta' })).toMatchObject(declined);
    expect(await sandbox.authorize({ ...payment, acquirer: 'alpha' })).toMatchObject({ body: { status: 'approved' } });
    expect(await sandbox.authorize({ ...payment, acquirer: 'beta' })).toMatchObject(declined);
    expect(await sandbox.authorize({ ...payment, acquirer: 'gamma' })).toMatchObject({ body: { status: 'approved' } });
  });

  test('does not take tok_not_sent and promises that nothing was done; another approves', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_not_sent', reference: randomUUID() };
    const key = randomUUID();

    expect(await sandbox.authorize({ ...payment, key })).toMatchObject(notProcessed);
    expect(await sandbox.authorize({ ...payment, key })).toMatchObject(notProcessed);
    expect(await sandbox.find(key)).toMatchObject(notFound);
    expect(await sandbox.truth(key)).toMatchObject({ calls: 2, answer: null, effect: null });
    expect(await sandbox.authorize({ ...payment, acquirer: 'gamma' })).toMatchObject({ body: { status: 'approved' } });
  });

  test('is remembered for each payment alone', async ({ sandbox }) => {
    const cardToken = 'tok_processing_error';
    const atAlpha = await sandbox.authorize({ cardToken, reference: randomUUID(), acquirer: 'alpha' });
    const atBeta = await sandbox.authorize({ cardToken, reference: randomUUID(), acquirer: 'beta' });
    expect([atAlpha.body, atBeta.body]).toMatchObject([{ status: 'declined' }, { status: 'declined' }]);
  });
});

describe('tok_flaky', () => {
  test('gets two 503s that promise nothing was done, then an approval, under one key', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_flaky', reference: randomUUID(), key: randomUUID() };

    expect(await sandbox.authorize(payment)).toMatchObject(notProcessed);
    expect(await sandbox.authorize(payment)).toMatchObject(notProcessed);
    expect(await sandbox.find(payment.key)).toMatchObject(notFound);
    expect(await sandbox.authorize(payment)).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await sandbox.truth(payment.key)).toMatchObject({ calls: 3, effect: { operation: 'authorize' } });
  });

  test('counts by payment, so that new attempts and other acquirers get no further 503s', async ({ sandbox }) => {
    const payment = { cardToken: 'tok_flaky', reference: randomUUID() };

    expect(await sandbox.authorize({ ...payment, acquirer: 'alpha' })).toMatchObject(notProcessed);
    expect(await sandbox.authorize({ ...payment, acquirer: 'beta' })).toMatchObject(notProcessed);
    expect(await sandbox.authorize({ ...payment, acquirer: 'alpha' })).toMatchObject({ body: { status: 'approved' } });
  });
});

describe('what the answer gets wrong', () => {
  test('tok_wrong_amount: one unit less is held than was asked, and the acquirer stands by it', async ({ sandbox }) => {
    const key = randomUUID();
    const answer = await sandbox.authorize({ cardToken: 'tok_wrong_amount', key, amountMinor: 1_000 });

    expect(answer).toMatchObject({ status: 200, body: { status: 'approved', amountMinor: 999 } });
    expect(await sandbox.find(key)).toMatchObject({ body: { status: 'approved', amountMinor: 999 } });
    expect(await sandbox.truth(key)).toMatchObject({ effect: { amountMinor: 999 } });
    expect(await sandbox.capture(idOf(answer, 'authorizationId'), 1_000)).toMatchObject({
      body: { status: 'declined', declineCode: 'amount_exceeds_authorization' },
    });
  });

  test('tok_wrong_amount of a single unit is still another positive amount', async ({ sandbox }) => {
    const answer = await sandbox.authorize({ cardToken: 'tok_wrong_amount', amountMinor: 1 });
    expect(answer).toMatchObject({ body: { status: 'approved', amountMinor: 2 } });
  });

  test('tok_garbage: approved, told in bodies that nobody agreed to, and found as it is', async ({ sandbox }) => {
    const seen = new Set<string>();
    for (let nth = 0; nth < 40; nth += 1) {
      const key = `garbage-${nth}`;
      const answer = await sandbox.authorize({ cardToken: 'tok_garbage', key, reference: key });
      const again = await sandbox.authorize({ cardToken: 'tok_garbage', key, reference: key });

      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('authorizationId');
      expect(again).toEqual(answer);
      expect(await sandbox.find(key)).toMatchObject({
        status: 200,
        body: { operation: 'authorize', status: 'approved', amountMinor: 1_099, currency: 'EUR' },
      });
      seen.add(answer.text);
    }
    expect(seen).toEqual(
      new Set([
        '',
        '<html><body><h1>Scheduled maintenance</h1></body></html>',
        '{"status":"appr',
        '{"status":"approved"}',
        '{"STATUS":"00","AMT":"10.99","AUTH":"A1"}',
      ]),
    );
  });
});

describe('after the authorization', () => {
  test('a capture, a void and a refund of an ordinary card are approved', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    const capture = await sandbox.capture(authorizationId, 1_099);
    const refund = await sandbox.refund(authorizationId, 99);
    const voided = await sandbox.void(await sandbox.authorized('tok_visa'));

    expect(capture.body).toEqual({
      status: 'approved',
      captureId: expect.stringMatching(/^capt_[0-9a-f]{24}$/),
      amountMinor: 1_099,
    });
    expect(refund.body).toEqual({
      status: 'approved',
      refundId: expect.stringMatching(/^rfnd_[0-9a-f]{24}$/),
      amountMinor: 99,
    });
    expect(voided.body).toEqual({
      status: 'approved',
      voidId: expect.stringMatching(/^void_[0-9a-f]{24}$/),
      amountMinor: 1_099,
    });
  });

  test('tok_capture_declined: the capture is declined, hard, and the hold can still be voided', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_capture_declined');

    expect(await sandbox.capture(authorizationId, 1_099)).toMatchObject({
      status: 200,
      body: { status: 'declined', declineCode: 'capture_declined', soft: false },
    });
    expect(await sandbox.void(authorizationId)).toMatchObject({ body: { status: 'approved' } });
  });

  test('tok_void_flaky: the void fails twice with nothing done, then works', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_void_flaky');
    const key = randomUUID();

    expect(await sandbox.void(authorizationId)).toMatchObject(notProcessed);
    expect(await sandbox.void(authorizationId, { key })).toMatchObject(notProcessed);
    expect(await sandbox.void(authorizationId, { key })).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await sandbox.truth(key)).toMatchObject({ calls: 2, effect: { operation: 'void' } });
  });

  test('tok_refund_declined: captured, and the refund is declined, hard', async ({ sandbox }) => {
    const capturedId = await sandbox.captured('tok_refund_declined');
    expect(await sandbox.refund(capturedId, 1_099)).toMatchObject({
      status: 200,
      body: { status: 'declined', declineCode: 'refund_declined', soft: false },
    });
  });
});
