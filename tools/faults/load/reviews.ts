import { buy, outcomeOf, type Story } from './steps.ts';

/** People look at what risk is not sure of: one, two who agree or do not, or one while the merchant withdraws the payment. */
export const review: Story = async (shopper) => {
  const { chance } = shopper;
  const bought = await buy(shopper, chance.pick(['AUTOMATIC', 'MANUAL']), undefined, 'tok_review');
  if (bought === undefined || (await outcomeOf(shopper, bought)) !== 'IN_REVIEW') return;
  const { paymentId } = bought;
  const decision = chance.pick(['ALLOW', 'ALLOW', 'BLOCK'] as const);
  const contrary = decision === 'ALLOW' ? 'BLOCK' : 'ALLOW';
  switch (chance.pick(['one', 'one', 'two who agree', 'two who do not', 'against the merchant'] as const)) {
    case 'one':
      await shopper.decide(paymentId, decision);
      break;
    case 'two who agree':
      await Promise.all([shopper.decide(paymentId, decision), shopper.decide(paymentId, decision)]);
      break;
    case 'two who do not':
      await Promise.all([shopper.decide(paymentId, decision), shopper.decide(paymentId, contrary)]);
      break;
    case 'against the merchant':
      await Promise.all([
        shopper.decide(paymentId, decision),
        shopper.insist('voidPayment', { paymentId, reason: 'withdrawn', awaitOutcomeMs: 500 }),
      ]);
      break;
  }
  // Somebody who comes late, and thinks otherwise.
  if (chance.happens(0.3)) await shopper.decide(paymentId, contrary);
};
