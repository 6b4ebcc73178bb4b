import { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcquirerNotice, AcquirerRequest } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { StripeAcquirer } from '../../apps/orchestrator/src/acquirers/stripe/stripe-acquirer.ts';
import { money, type Ids } from '#domain';
import { RandomIds } from '#security';
import { clockOf, searchDelayMs, secretKey, stripeAcquirerAt, webhookSecret } from './connectors/stripe.ts';
import type { EventBody } from './stripe-stand-in/objects.ts';
import { StripeStandIn } from './stripe-stand-in/stand-in.ts';

let standIn: StripeStandIn;
let acquirer: StripeAcquirer;
let ids: Ids;

beforeEach(async () => {
  standIn = await StripeStandIn.start({ secretKey, webhookSecret, searchDelayMs });
  acquirer = stripeAcquirerAt(standIn);
  ids = new RandomIds(clockOf(standIn));
});

afterEach(async () => {
  await acquirer.close();
  await standIn.stop();
});

function read(event: EventBody | undefined): AcquirerNotice | null | undefined {
  if (event === undefined) throw new Error('nothing was told');
  const { body, headers } = standIn.callbackOf(event);
  const callback = acquirer.readCallback(body, headers);
  if (callback !== undefined) expect(callback.id).toBe(event.id);
  return callback?.notice;
}

/** What the latest event of this type says. */
function told(type: string): AcquirerNotice | null | undefined {
  return read(standIn.ledger.events.findLast((event) => event.type === type));
}

async function authorize(
  change: Partial<AcquirerRequest> = {},
): Promise<{ authorization: string; request: AcquirerRequest }> {
  const request: AcquirerRequest = {
    key: ids.next('att'),
    operation: 'authorize',
    amount: money(1_000n, 'EUR'),
    cardToken: 'tok_visa',
    reference: 'pay_1',
    authorization: null,
    final: true,
    returnUrl: 'https://shop.example/back',
    ...change,
  };
  const answer = await acquirer.send(request, AbortSignal.timeout(10_000));
  return { authorization: 'reference' in answer ? answer.reference : '', request };
}

describe('of a payment intent', () => {
  test('an authorization is told by its key', async () => {
    const { authorization, request } = await authorize();
    const answer = { type: 'approved', reference: authorization, amountMinor: 1_000n, expiresAt: null };
    expect(told('payment_intent.amount_capturable_updated')).toEqual({ type: 'answered', key: request.key, answer });
  });

  test('an authorization that was increased and captured is told over what was authorized', async () => {
    const { authorization, request } = await authorize();
    await authorize({ operation: 'increase', authorization, amount: money(300n, 'EUR') });
    const answer = { type: 'approved', amountMinor: 1_000n };
    expect(told('payment_intent.amount_capturable_updated')).toMatchObject({ key: request.key, answer });
    await authorize({ operation: 'capture', authorization, amount: money(200n, 'EUR'), final: false });
    expect(told('payment_intent.amount_capturable_updated')).toMatchObject({ key: request.key, answer });
  });

  test('a decline is told with our code', async () => {
    const { request } = await authorize({ cardToken: 'tok_insufficient_funds' });
    const answer = { type: 'declined', code: 'insufficient_funds' };
    expect(told('payment_intent.payment_failed')).toMatchObject({ type: 'answered', key: request.key, answer });
  });

  test('a void is told by its own key', async () => {
    const { authorization } = await authorize();
    const { request } = await authorize({ operation: 'void', authorization });
    const answer = { type: 'approved', reference: authorization };
    expect(told('payment_intent.canceled')).toMatchObject({ type: 'answered', key: request.key, answer });
  });

  test('a challenge that was called off is told as a decline of the authorization', async () => {
    const { authorization, request } = await authorize({ cardToken: 'tok_3ds_required' });
    await authorize({ operation: 'void', authorization });
    const answer = { type: 'declined', code: 'authentication_expired' };
    expect(told('payment_intent.canceled')).toMatchObject({ type: 'answered', key: request.key, answer });
  });

  test('a hold whose time is up is told as expired', async () => {
    const { authorization } = await authorize();
    standIn.expire(authorization);
    expect(told('payment_intent.canceled')).toEqual({ type: 'authorization_expired', authorization });
  });

  test('a hold whose time is up is told as expired although a void was on its way', async () => {
    const { authorization } = await authorize();
    standIn.faults.order(/\/cancel$/, 'lock_timeout', 1);
    await authorize({ operation: 'void', authorization });
    standIn.expire(authorization);
    expect(told('payment_intent.canceled')).toEqual({ type: 'authorization_expired', authorization });
  });

  test('what is not ours is nothing to us', async () => {
    const { authorization } = await authorize();
    standIn.ledger.intent(authorization).metadata = { quittance_key: 'order 17' };
    standIn.expire(authorization);
    expect(told('payment_intent.canceled')).toBeNull();
  });
});

describe('of a dispute', () => {
  const dispute = {
    id: 'dp_1',
    object: 'dispute',
    charge: 'ch_1',
    payment_intent: 'pi_1',
    amount: 500,
    currency: 'isk',
    reason: 'fraudulent',
    status: 'needs_response',
    evidence_details: { due_by: 1_800_000_000 },
  };
  const opened = {
    type: 'dispute_opened',
    authorization: 'pi_1',
    dispute: 'dp_1',
    amount: money(5n, 'ISK'),
    reason: 'fraudulent',
    evidenceDueAt: new Date(1_800_000_000_000),
  };
  const of = (type: string, change: object = {}, previous?: Record<string, unknown>) =>
    read(standIn.ledger.tell(`charge.dispute.${type}`, { ...dispute, ...change }, previous));

  test('its opening is told with the amount and the time for evidence', () => {
    expect(of('created')).toEqual(opened);
  });

  test.each([[null], [0]])('the time for evidence is over at once when Stripe names %s', (dueBy) => {
    const event = standIn.ledger.tell('charge.dispute.created', { ...dispute, evidence_details: { due_by: dueBy } });
    expect(read(event)).toMatchObject({ evidenceDueAt: new Date(event.created * 1_000) });
  });

  test('an inquiry is a warning until it becomes a dispute', () => {
    const reason = 'inquiry: fraudulent';
    expect(of('created', { status: 'warning_needs_response' })).toEqual({
      type: 'fraud_warning',
      authorization: 'pi_1',
      reason,
    });
    expect(of('updated', {}, { status: 'warning_needs_response' })).toEqual(opened);
    expect(of('updated', { status: 'under_review' }, { status: 'needs_response' })).toBeNull();
    expect(of('updated', {}, { evidence: {} })).toBeNull();
    expect(of('closed', { status: 'warning_closed' })).toBeNull();
  });

  test.each(['won', 'lost'])('its end is told: %s', (outcome) => {
    const closed = { type: 'dispute_closed', authorization: 'pi_1', dispute: 'dp_1', outcome };
    expect(of('closed', { status: outcome })).toEqual(closed);
  });

  test('one that was prevented took nothing', () => {
    expect(of('closed', { status: 'prevented' })).toBeNull();
  });

  test('one of a charge without a payment intent is not ours', () => {
    expect(of('created', { payment_intent: null })).toBeNull();
  });

  test('one that cannot be read is refused, so that Stripe repeats it', () => {
    expect(of('created', { amount: 'a lot' })).toBeUndefined();
  });
});

test('an early fraud warning is told', () => {
  const warning = { id: 'issfr_1', charge: 'ch_1', payment_intent: 'pi_1', fraud_type: 'made_with_stolen_card' };
  const event = standIn.ledger.tell('radar.early_fraud_warning.created', warning);
  expect(read(event)).toEqual({ type: 'fraud_warning', authorization: 'pi_1', reason: 'made_with_stolen_card' });
});

test('an event that we do not know is heard and means nothing', () => {
  expect(read(standIn.ledger.tell('customer.created', { id: 'cus_1' }))).toBeNull();
});

test('the stand-in signs as Stripe’s own package does', () => {
  const event = standIn.ledger.tell('customer.created', { id: 'cus_1' });
  const { body, headers } = standIn.callbackOf(event);
  const timestamp = Number(/^t=(\d+)/.exec(headers['stripe-signature'] ?? '')?.[1]);
  const signed = new Stripe(secretKey).webhooks.generateTestHeaderString({
    payload: body.toString(),
    secret: webhookSecret,
    timestamp,
  });
  expect(headers['stripe-signature']).toBe(signed);
});
