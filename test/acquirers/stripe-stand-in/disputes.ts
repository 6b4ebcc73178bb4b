import { invalid, noSuch } from './errors.ts';
import { textOf, textsOf, type Form } from './form.ts';
import type { Ledger } from './ledger.ts';
import type { Dispute } from './objects.ts';

const evidenceSeconds = 7 * 24 * 60 * 60;

/** What the bank finds convincing, in Stripe's test mode as here. */
const convincing = 'winning_evidence';

/** The customer's bank takes the whole charge back. */
export function openDispute(ledger: Ledger, intentId: string): void {
  const intent = ledger.intent(intentId);
  const charge = ledger.chargeOf(intent);
  const dispute: Dispute = {
    id: ledger.id('dp'),
    object: 'dispute',
    created: ledger.now(),
    amount: charge.amount_captured,
    currency: charge.currency,
    charge: charge.id,
    payment_intent: intent.id,
    reason: 'fraudulent',
    status: 'needs_response',
    evidence: {},
    evidence_details: { due_by: ledger.now() + evidenceSeconds },
  };
  charge.disputed = true;
  ledger.disputes.set(dispute.id, dispute);
  ledger.tell('charge.dispute.created', dispute);
}

export function updateDispute(ledger: Ledger, id: string, form: Form): Dispute {
  const dispute = ledger.disputes.get(id);
  if (dispute === undefined) throw noSuch('dispute', id, 'dispute');
  if (dispute.status !== 'needs_response') throw invalid('This dispute takes no evidence any more.');
  Object.assign(dispute.evidence, textsOf(form, 'evidence'));
  if (textOf(form, 'submit') === 'true') {
    dispute.status = 'under_review';
    ledger.tell('charge.dispute.updated', dispute, { status: 'needs_response' });
  }
  return dispute;
}

/** The bank has read the evidence. */
export function decideDispute(ledger: Ledger, id: string): void {
  const dispute = ledger.disputes.get(id);
  if (dispute === undefined) throw new Error(`no dispute ${id}`);
  const isConvinced = Object.values(dispute.evidence).some((text) => text.includes(convincing));
  dispute.status = isConvinced ? 'won' : 'lost';
  ledger.tell('charge.dispute.closed', dispute);
}
