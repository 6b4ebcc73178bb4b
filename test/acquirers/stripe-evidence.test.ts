import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EvidenceAnswer } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { StripeAcquirer } from '../../apps/orchestrator/src/acquirers/stripe/stripe-acquirer.ts';
import type { DisputeId } from '#domain';
import { newId } from '../support/payment-events.ts';
import { searchDelayMs, secretKey, stripeAcquirerAt, webhookSecret } from './connectors/stripe.ts';
import { openDispute } from './stripe-stand-in/disputes.ts';
import type { FaultKind } from './stripe-stand-in/faults.ts';
import { StripeStandIn } from './stripe-stand-in/stand-in.ts';

let standIn: StripeStandIn;
let acquirer: StripeAcquirer;
let dispute: string;

beforeEach(async () => {
  standIn = await StripeStandIn.start({ secretKey, webhookSecret, searchDelayMs });
  acquirer = stripeAcquirerAt(standIn);
  const payment = { amount: { minor: 1_000n, currency: 'EUR' }, cardToken: 'tok_visa', reference: 'pay_1' } as const;
  const terms = { authorization: null, final: true, returnUrl: null };
  const held = await acquirer.send({ key: newId('att'), operation: 'authorize', ...payment, ...terms }, patience());
  const authorization = held.type === 'approved' ? held.reference : '';
  await acquirer.send({ key: newId('att'), operation: 'capture', ...payment, ...terms, authorization }, patience());
  openDispute(standIn.ledger, authorization);
  dispute = [...standIn.ledger.disputes.keys()][0] ?? '';
  standIn.calls.length = 0;
});

afterEach(async () => {
  await acquirer.close();
  await standIn.stop();
});

const patience = (): AbortSignal => AbortSignal.timeout(10_000);
const submit = (text: string, key: DisputeId = newId('dsp')): Promise<EvidenceAnswer> =>
  acquirer.submitEvidence(key, dispute, text, patience());

test('evidence goes to the bank for good', async () => {
  expect(await submit('a parcel was sent')).toEqual({ type: 'accepted' });
  expect(standIn.ledger.disputes.get(dispute)).toMatchObject({
    status: 'under_review',
    evidence: { uncategorized_text: 'a parcel was sent' },
  });
});

test('other evidence under the same key is refused: the first is what the bank reads', async () => {
  const key = newId('dsp');
  await submit('a parcel was sent', key);
  expect(await submit('two parcels were sent', key)).toMatchObject({ type: 'refused' });
});

test.each<[FaultKind, EvidenceAnswer['type']]>([
  ['rate_limit', 'not_sent'],
  ['no_key', 'not_sent'],
  ['error_500', 'unknown'],
  ['drop_done', 'unknown'],
  ['foreign_done', 'unknown'],
])('after %s it is %s, and goes once', async (fault, type) => {
  standIn.faults.order(/^POST \/v1\/disputes/, fault, 1);
  expect(await submit('a parcel was sent')).toMatchObject({ type });
  expect(standIn.calls).toHaveLength(1);
});

test('a call for it ends when its time is up', async () => {
  standIn.faults.order(/^POST \/v1\/disputes/, 'hang', 1);
  const answer = await acquirer.submitEvidence(newId('dsp'), dispute, 'a text', AbortSignal.timeout(200));
  expect(answer).toMatchObject({ type: 'unknown' });
});
