import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MerchantClient, type MutationView } from '../support/merchant-client.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let merchant: MerchantClient;

beforeAll(async () => {
  stack = await startStack();
  merchant = new MerchantClient(stack.demo);
});

afterAll(() => stack.remove());

/** What of a payment may not differ between answers; settlement and timeline go on by themselves. */
function shownBy({ payment, userErrors }: MutationView): unknown {
  const { settlement: _settlement, timeline: _timeline, ...lasting } = payment ?? { settlement: null, timeline: null };
  return { lasting, userErrors };
}

describe('a client that asks again', () => {
  test('200 times at once gets one payment, 200 equal answers, and is told which are replays', async () => {
    const input = { idempotencyKey: randomUUID(), reference: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 200 }, () => merchant.create(input)));

    expect(answers[0]?.payment?.status).toBe('CAPTURED');
    for (const answer of answers) expect(shownBy(answer)).toEqual(shownBy(answers[0] as MutationView));
    expect(answers.filter((answer) => answer.replayed === false)).toHaveLength(1);
    expect(answers.filter((answer) => answer.replayed === true)).toHaveLength(199);
  });

  test('later sees the same payment as it stands by then', async () => {
    const input = { idempotencyKey: randomUUID(), reference: randomUUID() };
    const first = await merchant.create(input);
    await merchant.refund(first.payment?.id ?? '');
    const again = await merchant.create(input);
    expect(again.payment).toMatchObject({ id: first.payment?.id, status: 'REFUNDED' });
    expect(again.replayed).toBe(true);
  });

  test('with another amount under the same key is told when the key was first used', async () => {
    const input = { idempotencyKey: randomUUID(), reference: randomUUID() };
    await merchant.create(input);
    const other = await merchant.create({ ...input, amount: { minor: 1, currency: 'EUR' } });
    expect(other).toMatchObject({
      payment: null,
      userErrors: [{ __typename: 'IdempotencyConflictError', code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    expect(Date.parse(other.userErrors[0]?.firstSeenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  test('with the fields of its JSON in another order asks for the same', async () => {
    const key = randomUUID();
    const first = await merchant.create({
      idempotencyKey: key,
      reference: key,
      metadata: { a: 1, b: [1, { c: 2, d: 3 }] },
    });
    const again = await merchant.create({
      metadata: { b: [1, { d: 3, c: 2 }], a: 1 },
      reference: key,
      idempotencyKey: key,
    });
    expect(again.payment?.id).toBe(first.payment?.id);
    expect(again.replayed).toBe(true);
  });

  test('for a refusal hears the same refusal', async () => {
    const reference = randomUUID();
    await merchant.create({ reference });
    const input = { idempotencyKey: randomUUID(), reference };
    const first = await merchant.create(input);
    const again = await merchant.create(input);
    expect(first.userErrors).toMatchObject([{ code: 'REFERENCE_TAKEN', path: ['input', 'reference'] }]);
    expect(again).toEqual({ ...first, replayed: true });
  });
});

test('100 refunds at once give back what was captured and no more; the others hear what is left', async () => {
  const { payment } = await merchant.create({ amount: { minor: 1_000, currency: 'EUR' } });
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => merchant.refund(payment?.id ?? '', { amount: { minor: 30, currency: 'EUR' } })),
  );
  const refused = answers.filter((answer) => answer.userErrors.length > 0);
  expect(refused).toHaveLength(67);
  for (const answer of refused) {
    expect(answer.userErrors).toMatchObject([
      { __typename: 'AmountExceededError', available: { minor: 10, currency: 'EUR' } },
    ]);
  }
  expect(await merchant.payment(payment?.id ?? '')).toMatchObject({
    status: 'PARTIALLY_REFUNDED',
    refunded: { minor: 990 },
  });
});
