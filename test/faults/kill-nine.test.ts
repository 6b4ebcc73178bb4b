import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MerchantClient } from '../support/merchant-client.ts';
import { reckon } from '../../tools/faults/reckoning/reckon.ts';
import { startStack, type ProgramName, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
let merchant: MerchantClient;

beforeAll(async () => {
  stack = await startStack({ environment: { ACQUIRER_TIMEOUT_MS: '1500' } });
  merchant = new MerchantClient(stack.demo);
});

afterAll(() => stack.remove());

const cards = [
  'tok_visa',
  'tok_mastercard',
  'tok_declined',
  'tok_flaky',
  'tok_capture_declined',
  'tok_timeout_charged',
];

/** A client as it should be: it keeps its key and asks again until it has an answer. Gives the payment's id. */
async function insist(number: number): Promise<string> {
  const input = {
    idempotencyKey: randomUUID(),
    reference: `order-${number}-${randomUUID()}`,
    cardToken: cards[number % cards.length] as string,
    awaitOutcomeMs: number % 3 === 0 ? 0 : 300,
  };
  return until(`an answer for payment ${number}`, async () => (await merchant.create(input)).payment?.id, {
    deadlineMs: 60_000,
  });
}

/** The flow: `total` payments by `lanes` clients, and a refund of every fifth one that was captured. */
async function flow(total: number, lanes: number, accepted: Set<string>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let number = next++; number < total; number = next++) {
      const id = await insist(number);
      accepted.add(id);
      if (number % 5 === 0) await refundWhenCaptured(id, number);
    }
  };
  await Promise.all(Array.from({ length: lanes }, client));
}

async function refundWhenCaptured(paymentId: string, number: number): Promise<void> {
  const idempotencyKey = `refund-${number}-${paymentId}`;
  await until(
    `an answer for the refund of payment ${number}`,
    async () => {
      const answer = await merchant.refund(paymentId, {
        idempotencyKey,
        amount: { minor: 99, currency: 'EUR' },
        awaitOutcomeMs: 0,
      });
      return answer.payment !== null || answer.userErrors.length > 0;
    },
    { deadlineMs: 60_000 },
  );
}

const programs: readonly ProgramName[] = [
  'api',
  'orchestrator',
  'fraud',
  'settlement',
  'webhooks',
  'nats',
  'postgres',
  'sandbox',
];

test('everything is killed once while 300 payments flow, the broker is wiped, and every payment ends once', async () => {
  const accepted = new Set<string>();
  const flowing = flow(300, 6, accepted);
  for (const program of programs) {
    await stack.kill(program);
    await stack.isBack(program);
  }
  await stack.wipeNats();
  await stack.isBack('nats');
  await flowing;

  expect(accepted.size).toBe(300);
  const discrepancies = await until(
    'everything to come to rest and add up',
    async () => {
      const found = await reckon(stack.demo);
      return found.length === 0 ? [] : undefined;
    },
    { deadlineMs: 90_000 },
  ).catch(() => reckon(stack.demo));
  expect(discrepancies).toEqual([]);
});
