import { randomUUID } from 'node:crypto';
import { buy, isCaptured, refund, type Story } from './steps.ts';
import type { Shopper } from './shopper.ts';

/** A dispute opens 3 s after the capture; an outage may keep the word of it for a while. */
const opensWithinMs = 25_000;
/** The issuer decides a second after it has the evidence, which may have to be handed in more than once. */
const closesWithinMs = 15_000;

/** The cardholder says it was somebody else. The merchant answers, in one way or in two, or does not; and may give back meanwhile. */
export const dispute: Story = async (shopper) => {
  const { chance } = shopper;
  const bought = await buy(shopper, 'AUTOMATIC', undefined, 'tok_disputed');
  if (bought === undefined || !(await isCaptured(shopper, bought))) return;
  const disputed = await shopper.until(bought.paymentId, ({ disputes }) => disputes.length > 0, opensWithinMs);
  const disputeId = disputed?.disputes[0]?.id;
  if (disputeId === undefined) return;
  if (chance.happens(0.3)) await refund(shopper, bought, Math.ceil(bought.amountMinor / 2));
  switch (chance.pick(['convincing', 'convincing', 'poor', 'poor', 'both', 'none'] as const)) {
    case 'convincing':
      await answer(shopper, disputeId, 'winning_evidence');
      break;
    case 'poor':
      await answer(shopper, disputeId, 'nothing to show');
      break;
    case 'both':
      await Promise.all([
        answer(shopper, disputeId, 'winning_evidence'),
        answer(shopper, disputeId, 'nothing to show'),
      ]);
      break;
    case 'none':
      return;
  }
  await shopper.until(bought.paymentId, ({ disputes }) => disputes.every(isClosed), closesWithinMs);
  if (chance.happens(0.3)) await answer(shopper, disputeId, 'winning_evidence');
  if (chance.happens(0.5)) await refund(shopper, bought, undefined);
};

/** No two texts are the same: by its text evidence is known again. */
async function answer(shopper: Shopper, disputeId: string, words: string): Promise<void> {
  await shopper.insist('submitDisputeEvidence', { disputeId, text: `${words}: parcel ${randomUUID()}` });
}

function isClosed({ status }: { readonly status: string }): boolean {
  return status === 'WON' || status === 'LOST';
}
