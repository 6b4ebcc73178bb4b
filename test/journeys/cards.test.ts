import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MerchantClient, type PaymentView } from '../support/merchant-client.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let merchant: MerchantClient;

beforeAll(async () => {
  stack = await startStack({ environment: { ACQUIRER_TIMEOUT_MS: '4000' } });
  merchant = new MerchantClient(stack.demo);
});

afterAll(() => stack.remove());

const attemptsOf = (payment: PaymentView): string[] =>
  payment.attempts.map((attempt) => `${attempt.operation} ${attempt.outcome}`);

/** The end of a payment that takes longer than a caller waits. */
const endOf = (id: string): Promise<PaymentView> =>
  until(
    `the end of ${id}`,
    async () => {
      const payment = await merchant.payment(id);
      // AUTHORIZED is only on the way: these payments capture by themselves.
      return payment !== null && !['PROCESSING', 'AUTHORIZED'].includes(payment.status) ? payment : undefined;
    },
    { deadlineMs: 40_000 },
  );

describe('test cards, paid and captured in one call', () => {
  test.each(['tok_visa', 'tok_mastercard', 'tok_amex', 'tok_slow'])('%s is captured', async (cardToken) => {
    const { payment, userErrors } = await merchant.create({ cardToken });
    expect(userErrors).toEqual([]);
    expect(payment).toMatchObject({
      status: 'CAPTURED',
      captured: { minor: 1_099, currency: 'EUR' },
      allowedActions: ['REFUND'],
      decline: null,
      risk: { decision: 'ALLOW' },
    });
    expect(attemptsOf(payment as PaymentView)).toEqual(['AUTHORIZE APPROVED', 'CAPTURE APPROVED']);
  });

  test.each([
    ['tok_declined', 'generic_decline', true],
    ['tok_insufficient_funds', 'insufficient_funds', true],
    ['tok_lost_card', 'lost_card', false],
    ['tok_stolen_card', 'stolen_card', false],
    ['tok_expired_card', 'expired_card', false],
    ['tok_incorrect_cvc', 'incorrect_cvc', false],
  ])('%s is declined: %s, retryable %s', async (cardToken, code, retryable) => {
    const { payment } = await merchant.create({ cardToken });
    expect(payment).toMatchObject({
      status: 'DECLINED',
      authorized: { minor: 0 },
      decline: { code, retryable, source: 'ISSUER' },
      allowedActions: [],
    });
    // Never tried again: a decline is an answer.
    expect(attemptsOf(payment as PaymentView)).toEqual(['AUTHORIZE DECLINED']);
  });

  test.each([
    ['tok_processing_error', 'AUTHORIZE DECLINED'],
    ['tok_not_sent', 'AUTHORIZE NOT_SENT'],
  ])('%s is captured at the second acquirer: the first says %s', async (cardToken, first) => {
    const { payment } = await merchant.create({ cardToken });
    expect(payment).toMatchObject({ status: 'CAPTURED', decline: null });
    expect(attemptsOf(payment as PaymentView)).toEqual([first, 'AUTHORIZE APPROVED', 'CAPTURE APPROVED']);
  });

  test('tok_flaky is captured as soon as somebody can be reached', async () => {
    const { payment } = await merchant.create({ cardToken: 'tok_flaky' });
    expect(payment?.status).toBe('CAPTURED');
    // A quick further try with the same key belongs to the same attempt, so there are one or two that were not sent.
    expect(attemptsOf(payment as PaymentView).slice(-2)).toEqual(['AUTHORIZE APPROVED', 'CAPTURE APPROVED']);
    expect(new Set(attemptsOf(payment as PaymentView).slice(0, -2))).toEqual(new Set(['AUTHORIZE NOT_SENT']));
  });

  test('tok_high_risk is blocked before any acquirer hears of it', async () => {
    const { payment } = await merchant.create({ cardToken: 'tok_high_risk' });
    expect(payment).toMatchObject({
      status: 'DECLINED',
      decline: { source: 'RISK', retryable: false },
      risk: { decision: 'BLOCK', score: 95 },
      attempts: [],
    });
  });

  test('tok_review waits for a person, and the merchant may withdraw it', async () => {
    const { payment } = await merchant.create({ cardToken: 'tok_review' });
    expect(payment).toMatchObject({
      status: 'IN_REVIEW',
      risk: { decision: 'REVIEW', score: 70 },
      allowedActions: ['VOID'],
    });
    const voided = await merchant.void(payment?.id ?? '');
    expect(voided.payment?.status).toBe('VOIDED');
  });
});

describe('unknown outcomes', () => {
  test('charged, then silent: we say PROCESSING, ask, and capture once', async () => {
    const { payment } = await merchant.create({ cardToken: 'tok_timeout_charged', awaitOutcomeMs: 100 });
    expect(payment?.status).toBe('PROCESSING');
    const ended = await endOf(payment?.id ?? '');
    expect(ended.status).toBe('CAPTURED');
    expect(attemptsOf(ended)).toEqual(['AUTHORIZE APPROVED', 'CAPTURE APPROVED']);
    expect(ended.timeline.map((entry) => entry.kind)).toContain('payment.outcome_unknown');
  });

  test('silent and not charged: we ask twice, then give up with nothing taken', async () => {
    const { payment } = await merchant.create({ cardToken: 'tok_timeout_not_charged', awaitOutcomeMs: 0 });
    const ended = await endOf(payment?.id ?? '');
    expect(ended).toMatchObject({ status: 'FAILED', authorized: { minor: 0 } });
    // The acquirer may yet think otherwise: we go on looking.
    expect(attemptsOf(ended)).toEqual(['AUTHORIZE UNKNOWN']);
  });
});

test('a refused capture gives the hold back and fails the payment', async () => {
  const { payment } = await merchant.create({ cardToken: 'tok_capture_declined' });
  expect(payment).toMatchObject({ status: 'FAILED', captured: { minor: 0 } });
  expect(attemptsOf(payment as PaymentView)).toEqual(['AUTHORIZE APPROVED', 'CAPTURE DECLINED', 'VOID APPROVED']);
});

test('authorized by hand, captured in part, refunded in two parts, settled', async () => {
  const created = await merchant.create({ captureMethod: 'MANUAL' });
  const id = created.payment?.id ?? '';
  expect(created.payment).toMatchObject({ status: 'AUTHORIZED', allowedActions: ['CAPTURE', 'VOID'] });

  const captured = await merchant.capture(id, { amount: { minor: 1_000, currency: 'EUR' } });
  expect(captured.payment).toMatchObject({ status: 'CAPTURED', captured: { minor: 1_000 } });

  const first = await merchant.refund(id, { amount: { minor: 400, currency: 'EUR' }, reason: 'one item back' });
  expect(first.payment).toMatchObject({ status: 'PARTIALLY_REFUNDED', refunded: { minor: 400 } });
  const rest = await merchant.refund(id);
  expect(rest.payment).toMatchObject({ status: 'REFUNDED', refunded: { minor: 1_000 }, allowedActions: [] });
  const tooMuch = await merchant.refund(id, { amount: { minor: 1, currency: 'EUR' } });
  expect(tooMuch).toMatchObject({
    userErrors: [{ __typename: 'AmountExceededError', available: { minor: 0, currency: 'EUR' } }],
  });

  const settled = await until('settlement', async () => {
    const payment = await merchant.payment(id);
    return payment?.settlement?.status === 'SETTLED' && payment.settlement.net?.minor === -15 ? payment : undefined;
  });
  // 1.5 % of 10.00; the fee is not returned with a refund.
  expect(settled.settlement).toMatchObject({ fee: { minor: 15 }, net: { minor: -15 } });
});

test('a void releases the hold', async () => {
  const created = await merchant.create({ captureMethod: 'MANUAL' });
  const { payment } = await merchant.void(created.payment?.id ?? '');
  expect(payment).toMatchObject({ status: 'VOIDED', allowedActions: [] });
  expect(attemptsOf(payment as PaymentView)).toEqual(['AUTHORIZE APPROVED', 'VOID APPROVED']);
});
