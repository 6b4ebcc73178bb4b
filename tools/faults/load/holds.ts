import { buy, capture, isAuthorized, outcomeMs, type Purchase, type Story } from './steps.ts';
import type { Shopper } from './shopper.ts';

/** Beyond what any payment may come to. */
const tooMuch = Number.MAX_SAFE_INTEGER;

/** The hold of this card ends 5 s after its beginning, in the middle of an order that grows. */
const endsAfterMs = { least: 4_000, most: 5_500 };

/** Most holds grow; some do not, or nobody is told. */
const growingCards = [
  ...Array<string>(5).fill('tok_visa'),
  'tok_not_sent',
  'tok_capture_timeout',
  'tok_increase_declined',
  'tok_increase_timeout',
  'tok_increase_timeout',
];

/** The customer adds to the order before it leaves; then all is taken, a part, or nothing. */
export const biggerOrder: Story = async (shopper) => {
  const { chance } = shopper;
  const bought = await buy(shopper, 'MANUAL', undefined, chance.pick(growingCards));
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  const additions = chance.between(1, 2);
  for (let addition = 0; addition < additions; addition += 1) await grow(shopper, bought, someMore(shopper, bought));
  if (chance.happens(0.2)) await grow(shopper, bought, tooMuch);
  const { paymentId, amountMinor } = bought;
  // While an increase is on its way nobody captures or voids: who does not wait for it is refused.
  if (chance.happens(0.8)) await shopper.until(paymentId, ({ increases }) => increases.every(isEnded), outcomeMs);
  switch (chance.pick(['all', 'all', 'more than at first', 'a part', 'nothing', 'left'] as const)) {
    case 'all':
      await shopper.insist('capturePayment', { paymentId, awaitOutcomeMs: 1_000 });
      // What was taken does not grow.
      if (chance.happens(0.4)) await grow(shopper, bought, 1);
      return;
    case 'more than at first':
      await capture(shopper, bought, amountMinor + 1, true);
      return;
    case 'a part':
      await capture(shopper, bought, Math.ceil(amountMinor / 2), false);
      await grow(shopper, bought, 1);
      return;
    case 'nothing':
      await shopper.insist('voidPayment', { paymentId, awaitOutcomeMs: 500 });
      return;
    case 'left':
      return;
  }
};

/** Added to from two windows while the warehouse ships or the customer cancels: one goes first, and the others wait or are refused. */
export const growthAtOnce: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL', undefined, shopper.chance.pick(growingCards));
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  const { paymentId } = bought;
  const rival = shopper.chance.pick(['capturePayment', 'voidPayment'] as const);
  await Promise.all([
    grow(shopper, bought, someMore(shopper, bought)),
    grow(shopper, bought, someMore(shopper, bought)),
    shopper.insist(rival, { paymentId, awaitOutcomeMs: 500 }),
  ]);
};

/** The acquirer ends the hold while more is asked for: it declines, and says why before it tells of the end, or afterwards. */
export const growthOfWhatEnds: Story = async (shopper) => {
  const bought = await buy(shopper, 'MANUAL', undefined, 'tok_auth_expires');
  if (bought === undefined || !(await isAuthorized(shopper, bought))) return;
  const untilMs = shopper.chance.between(endsAfterMs.least, endsAfterMs.most);
  await shopper.until(bought.paymentId, ({ status }) => status !== 'AUTHORIZED', untilMs);
  await grow(shopper, bought, someMore(shopper, bought));
};

function someMore({ chance }: Shopper, { amountMinor }: Purchase): number {
  return chance.between(1, amountMinor);
}

async function grow(shopper: Shopper, { paymentId, currency }: Purchase, minor: number): Promise<void> {
  const awaitOutcomeMs = shopper.chance.pick([0, 1_000]);
  await shopper.insist('increaseAuthorization', { paymentId, amount: { minor, currency }, awaitOutcomeMs });
}

function isEnded({ status }: { readonly status: string }): boolean {
  return status !== 'PENDING';
}
