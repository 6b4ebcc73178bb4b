import { randomUUID } from 'node:crypto';
import type { Shopper } from './shopper.ts';

/** Long enough for most outages to pass; a purchase that waits longer is left to itself, and judged all the same. */
export const outcomeMs = 15_000;

/** Half of all pay by a card that works; the rest meet everything that an acquirer can do. See docs/sandbox.md. */
const cards = [
  ...Array<string>(24).fill('tok_visa'),
  'tok_mastercard',
  'tok_amex',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_expired_card',
  'tok_processing_error',
  'tok_not_sent',
  'tok_flaky',
  'tok_slow',
  'tok_timeout_charged',
  'tok_timeout_not_charged',
  'tok_late_approval',
  'tok_garbage',
  'tok_duplicate_answer',
  'tok_capture_declined',
  'tok_capture_timeout',
  'tok_refund_declined',
  'tok_refund_timeout',
  'tok_wrong_amount',
  'tok_disputed',
  'tok_early_warning',
  'tok_high_risk',
  'tok_review',
];

/** What is captured later may in addition be voided, run out, or be asked to grow. */
const cardsToHold = [...cards, 'tok_void_flaky', 'tok_auth_expires', 'tok_increase_declined', 'tok_increase_timeout'];

const currencies = ['EUR', 'EUR', 'USD', 'JPY'];

export interface Purchase {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What becomes of one order. */
export type Story = (shopper: Shopper) => Promise<void>;

export async function buy(
  shopper: Shopper,
  captureMethod: 'AUTOMATIC' | 'MANUAL',
  reference: string = randomUUID(),
  cardToken: string = shopper.chance.pick(captureMethod === 'AUTOMATIC' ? cards : cardsToHold),
): Promise<Purchase | undefined> {
  const { chance } = shopper;
  const amountMinor = chance.between(100, 20_000);
  const currency = chance.pick(currencies);
  const told = await shopper.insist('createPayment', {
    reference,
    amount: { minor: amountMinor, currency },
    source: { cardToken },
    captureMethod,
    awaitOutcomeMs: chance.pick([0, 300, 1_000, 2_500]),
  });
  if (told?.answer.kind !== 'accepted') return undefined;
  return { paymentId: told.answer.paymentId, amountMinor, currency };
}

export async function isCaptured(shopper: Shopper, { paymentId }: Purchase): Promise<boolean> {
  const settled = await shopper.until(paymentId, ({ status }) => !isUnderWay(status), outcomeMs);
  return settled?.status === 'CAPTURED';
}

export async function isAuthorized(shopper: Shopper, bought: Purchase): Promise<boolean> {
  return (await outcomeOf(shopper, bought)) === 'AUTHORIZED';
}

export async function outcomeOf(shopper: Shopper, { paymentId }: Purchase): Promise<string | undefined> {
  return (await shopper.until(paymentId, ({ status }) => status !== 'PROCESSING', outcomeMs))?.status;
}

function isUnderWay(status: string): boolean {
  return status === 'PROCESSING' || status === 'AUTHORIZED';
}

export async function capture(shopper: Shopper, bought: Purchase, minor: number, final: boolean): Promise<void> {
  const { paymentId, currency } = bought;
  await shopper.insist('capturePayment', { paymentId, amount: { minor, currency }, final, awaitOutcomeMs: 1_000 });
}

export async function refund(shopper: Shopper, bought: Purchase, minor: number | undefined): Promise<void> {
  const { paymentId, currency } = bought;
  const amount = minor === undefined ? {} : { amount: { minor, currency } };
  await shopper.insist('refundPayment', { paymentId, ...amount, awaitOutcomeMs: shopper.chance.pick([0, 1_000]) });
}
