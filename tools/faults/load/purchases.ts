import { randomUUID } from 'node:crypto';
import { answerChallenge } from './challenge.ts';
import { dispute } from './disputes.ts';
import { biggerOrder, growthAtOnce, growthOfWhatEnds } from './holds.ts';
import { review } from './reviews.ts';
import { buy, capture, isAuthorized, isCaptured, outcomeMs, outcomeOf, refund, type Story } from './steps.ts';

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
  biggerOrder,
  biggerOrder,
  growthAtOnce,
  growthOfWhatEnds,
  dispute,
  dispute,
  review,
  review,
];
