import { randomUUID } from 'node:crypto';
import { answerChallenge } from './challenge.ts';
import type { Shopper } from './shopper.ts';

/** Long enough for most outages to pass; a purchase that waits longer is left to itself, and judged all the same. */
const outcomeMs = 15_000;

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

/** What is captured later may in addition be voided, or run out. */
const cardsToHold = [...cards, 'tok_void_flaky', 'tok_auth_expires'];

const currencies = ['EUR', 'EUR', 'USD', 'JPY'];

interface Purchase {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

type Story = (shopper: Shopper) => Promise<void>;

/** Paid at once, and nothing more. */
const sale: Story = async (shopper) => {
  await buy(shopper, 'AUTOMATIC');
};

/** Paid at once; parts come back, one after the other. */
const saleAndRefunds: Story = async (shopper) => {
  const bought = await buy(shopper, 'AUTOMATIC');
  if (bought === undefined || !(await isCaptured(shopper, bought))) return;
  const parts = shopper.chance.between(1, 3);
  for (let part = 0; part < parts; part += 1) await refund(shopper, bought, Math.ceil(bought.amountMinor / 4));
  if (shopper.chance.happens(0.5)) await refund(shopper, bought, undefined);
};

/** Two people at a counter give back more than half each, at the same moment: one of them has to be refused. */
const refundsAtOnce: Story = async (shopper) => {
  const bought = await buy(shopper, 'AUTOMATIC');
  if (bought === undefined || !(await isCaptured(shopper, bought))) return;
  const most = Math.ceil(bought.amountMinor * 0.6);
  await Promise.all([refund(shopper, bought, most), refund(shopper, bought, most), refund(shopper, bought, most)]);
};

/** Two browser windows pay for one order: one of them has to be refused. */
const oneOrderTwice: Story = async (shopper) => {
  const reference = randomUUID();
  await Promise.all([buy(shopper, 'AUTOMATIC', reference), buy(shopper, 'AUTOMATIC', reference)]);
};

/** Held first, taken in parts as parcels leave. */
const parcels: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL');
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  const part = Math.max(1, Math.floor(bought.amountMinor / 3));
  const last = shopper.chance.happens(0.7);
  await capture(shopper, bought, part, false);
  await capture(shopper, bought, part, last);
  if (shopper.chance.happens(0.5)) await refund(shopper, bought, part);
  if (!last) await shopper.insist('voidPayment', { paymentId: bought.paymentId, awaitOutcomeMs: 0 });
};

/** Taken in parts at the same moment, and together more than was held. */
const capturesAtOnce: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL');
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  const most = Math.ceil(bought.amountMinor * 0.6);
  await Promise.all([capture(shopper, bought, most, false), capture(shopper, bought, most, false)]);
};

/** Held, or looked at by a person first; then let go. */
const changeOfMind: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL');
  if (bought === undefined || (await outcomeOf(shopper, bought)) === undefined) return;
  await shopper.insist('voidPayment', { paymentId: bought.paymentId, reason: 'changed mind', awaitOutcomeMs: 500 });
};

/** The bank asks the customer, who accepts, refuses or goes away. */
const challenge: Story = async (shopper) => {
  const bought = await buy(shopper, 'AUTOMATIC', undefined, 'tok_3ds_required');
  if (bought === undefined) return;
  const asked = await shopper.until(bought.paymentId, ({ nextAction }) => nextAction !== null, outcomeMs);
  const decision = shopper.chance.pick(['accept', 'accept', 'refuse', undefined] as const);
  if (asked?.nextAction === null || asked === undefined || decision === undefined) return;
  await answerChallenge(asked.nextAction.redirectUrl, decision);
};

/** The warehouse ships while the customer cancels: the money is taken or let go, never both. */
const captureAgainstVoid: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL');
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  await Promise.all([
    shopper.insist('capturePayment', { paymentId: bought.paymentId, awaitOutcomeMs: 500 }),
    shopper.insist('voidPayment', { paymentId: bought.paymentId, awaitOutcomeMs: 500 }),
  ]);
};

/** Sales are most of what merchants do; everything else is where it gets difficult. */
export const stories: readonly Story[] = [
  sale,
  sale,
  sale,
  saleAndRefunds,
  saleAndRefunds,
  refundsAtOnce,
  oneOrderTwice,
  parcels,
  capturesAtOnce,
  changeOfMind,
  captureAgainstVoid,
  challenge,
];

async function buy(
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

async function isCaptured(shopper: Shopper, { paymentId }: Purchase): Promise<boolean> {
  const settled = await shopper.until(paymentId, ({ status }) => !isUnderWay(status), outcomeMs);
  return settled?.status === 'CAPTURED';
}

async function isAuthorized(shopper: Shopper, bought: Purchase): Promise<boolean> {
  return (await outcomeOf(shopper, bought)) === 'AUTHORIZED';
}

async function outcomeOf(shopper: Shopper, { paymentId }: Purchase): Promise<string | undefined> {
  return (await shopper.until(paymentId, ({ status }) => status !== 'PROCESSING', outcomeMs))?.status;
}

function isUnderWay(status: string): boolean {
  return status === 'PROCESSING' || status === 'AUTHORIZED';
}

async function capture(shopper: Shopper, bought: Purchase, minor: number, final: boolean): Promise<void> {
  const { paymentId, currency } = bought;
  await shopper.insist('capturePayment', { paymentId, amount: { minor, currency }, final, awaitOutcomeMs: 1_000 });
}

async function refund(shopper: Shopper, bought: Purchase, minor: number | undefined): Promise<void> {
  const { paymentId, currency } = bought;
  const amount = minor === undefined ? {} : { amount: { minor, currency } };
  await shopper.insist('refundPayment', { paymentId, ...amount, awaitOutcomeMs: shopper.chance.pick([0, 1_000]) });
}
