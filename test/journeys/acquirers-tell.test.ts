import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MerchantClient, type PaymentView } from '../support/merchant-client.ts';
import { reckon } from '../../tools/faults/reckoning/reckon.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let merchant: MerchantClient;

beforeAll(async () => {
  stack = await startStack();
  merchant = new MerchantClient(stack.demo);
});

afterAll(() => stack.remove());

const manual = { captureMethod: 'MANUAL' } as const;

/** Asks for the payment until it is as expected. */
const becomes = (id: string, what: string, is: (payment: PaymentView) => boolean): Promise<PaymentView> =>
  until(`${id} to be ${what}`, async () => {
    const payment = await merchant.payment(id);
    return payment !== null && is(payment) ? payment : undefined;
  });

const told = ({ timeline }: PaymentView): string[] =>
  timeline.map(({ kind }) => kind).filter((kind) => kind.startsWith('payment.'));

describe('a challenge of the customer', () => {
  const returnUrl = 'https://shop.example/orders/42';

  async function challenged(): Promise<PaymentView> {
    const { payment } = await merchant.create({ cardToken: 'tok_3ds_required', returnUrl });
    expect(payment?.status).toBe('REQUIRES_ACTION');
    return payment as PaymentView;
  }

  /** As a browser does that shows the page of the acquirer and presses a button. */
  async function press({ nextAction }: PaymentView, decision: 'accept' | 'refuse'): Promise<void> {
    const page = await fetch(nextAction?.redirectUrl ?? '');
    expect(await page.text()).toContain('<form');
    const answer = await fetch(nextAction?.redirectUrl ?? '', {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ decision }),
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(returnUrl);
  }

  test('that is accepted leads back to the shop, and the payment is captured', async () => {
    const payment = await challenged();
    await press(payment, 'accept');
    const captured = await becomes(payment.id, 'captured', ({ status }) => status === 'CAPTURED');
    expect(captured.nextAction).toBeNull();
    expect(told(captured)).toContain('payment.action_required');
  });

  test('that is refused declines the payment', async () => {
    const payment = await challenged();
    await press(payment, 'refuse');
    const declined = await becomes(payment.id, 'declined', ({ status }) => status === 'DECLINED');
    expect(declined.decline).toMatchObject({ code: 'authentication_failed', source: 'ISSUER' });
  });
});

test('the acquirer ends the hold after five seconds: the payment has expired', async () => {
  const { payment } = await merchant.create({ cardToken: 'tok_auth_expires', ...manual });
  expect(payment?.status).toBe('AUTHORIZED');
  const expired = await becomes(payment?.id ?? '', 'expired', ({ status }) => status === 'EXPIRED');
  expect(told(expired)).toContain('payment.expired');
});

test('an answer that is called back twice is taken once', async () => {
  const { payment } = await merchant.create({ cardToken: 'tok_duplicate_answer' });
  expect(payment).toMatchObject({ status: 'CAPTURED', captured: { minor: 1_099 } });
  expect(payment?.attempts).toHaveLength(2);
});

test('a warning of the acquirer stands in the timeline', async () => {
  const { payment } = await merchant.create({ cardToken: 'tok_early_warning' });
  await becomes(payment?.id ?? '', 'warned about', (warned) => told(warned).includes('payment.fraud_warned'));
});

test('a dispute is opened, answered and won; no refund meanwhile, and the books add up', async () => {
  const { payment } = await merchant.create({ cardToken: 'tok_disputed' });
  const id = payment?.id ?? '';
  const { disputes } = await becomes(id, 'disputed', (view) => view.disputes.length === 1);
  expect(disputes).toMatchObject([{ status: 'OPENED', amount: { minor: 1_099 } }]);
  expect(await merchant.refund(id)).toMatchObject({ userErrors: [{ __typename: 'InvalidStateError' }] });
  const answered = await merchant.submitEvidence(disputes[0]?.id ?? '', 'winning_evidence: signed for at the door');
  expect(answered.userErrors).toEqual([]);
  const won = await becomes(id, 'won', (view) => view.disputes[0]?.status === 'WON');
  expect(told(won)).toEqual(
    expect.arrayContaining(['payment.dispute_opened', 'payment.dispute_evidence_submitted', 'payment.dispute_won']),
  );
  expect((await merchant.refund(id)).payment?.status).toBe('REFUNDED');
});

test('more is held than at first, a part is taken, and the rest is given back', async () => {
  const { payment } = await merchant.create(manual);
  const id = payment?.id ?? '';
  expect((await merchant.increase(id, 901)).payment).toMatchObject({ amount: { minor: 2_000 } });
  await merchant.capture(id, { amount: { minor: 500, currency: 'EUR' }, final: false });
  const voided = await merchant.void(id);
  expect(voided.payment).toMatchObject({ status: 'CAPTURED', authorized: { minor: 2_000 }, captured: { minor: 500 } });
});

test('the merchant’s feed tells of a challenge, of an increase that is granted or refused, and of a hold that expired', async () => {
  const { payment: refused } = await merchant.create({ cardToken: 'tok_increase_declined', ...manual });
  await merchant.increase(refused?.id ?? '', 1);
  const types = ['action_required', 'increased', 'increase_failed', 'expired'].map((type) => `payment.${type}`);
  await until('all of them', async () => {
    const { data } = await merchant.ask<{ events: { nodes: { type: string }[] } }>(
      `query ($types: [String!]) { events(first: 100, types: $types) { nodes { type } } }`,
      { types },
    );
    const heard = new Set(data?.events.nodes.map(({ type }) => type));
    return types.every((type) => heard.has(type));
  });
});

test('in the end the acquirers and the books agree on every payment', async () => {
  await until('everything to come to rest and add up', async () =>
    (await reckon(stack.demo)).length === 0 ? true : undefined,
  ).catch(async () => expect(await reckon(stack.demo)).toEqual([]));
});
