import { invalid, noSuch } from './errors.ts';
import { textOf, textsOf, wholeOf, type Form } from './form.ts';
import type { Ledger } from './ledger.ts';
import type { Refund } from './objects.ts';

export function createRefund(ledger: Ledger, form: Form): Refund {
  const id = textOf(form, 'payment_intent') ?? '';
  const intent = ledger.intents.get(id);
  if (intent === undefined) throw noSuch('payment_intent', id, 'payment_intent');
  if (intent.amount_received === 0) {
    const message = `This PaymentIntent (${id}) does not have a successful charge to refund.`;
    throw invalid(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });
  }
  const charge = ledger.chargeOf(intent);
  if (charge.disputed) throw invalid('This charge is disputed.', { code: 'charge_disputed' });
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) throw invalid('The charge has already been refunded.', { code: 'charge_already_refunded' });
  const amount = wholeOf(form, 'amount') ?? left;
  if (amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
  charge.amount_refunded += amount;
  const refund: Refund = {
    id: ledger.id('re'),
    object: 'refund',
    created: ledger.now(),
    amount,
    currency: intent.currency,
    charge: charge.id,
    payment_intent: intent.id,
    metadata: textsOf(form, 'metadata'),
    reason: null,
    status: 'succeeded',
  };
  ledger.refunds.set(refund.id, refund);
  ledger.tell('charge.refunded', charge);
  return refund;
}
