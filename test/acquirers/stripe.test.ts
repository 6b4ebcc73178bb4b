import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcquirerAnswer, AcquirerRequest } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { StripeAcquirer } from '../../apps/orchestrator/src/acquirers/stripe/stripe-acquirer.ts';
import { money, type AttemptId, type CurrencyCode, type Ids } from '#domain';
import { RandomIds } from '#security';
import { clockOf, searchDelayMs, secretKey, stripeAcquirerAt, webhookSecret } from './connectors/stripe.ts';
import type { FaultKind } from './stripe-stand-in/faults.ts';
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

const patience = (): AbortSignal => AbortSignal.timeout(10_000);

function request(change: Partial<AcquirerRequest> = {}): AcquirerRequest {
  return {
    key: ids.next('att'),
    operation: 'authorize',
    amount: money(1_000n, 'EUR'),
    cardToken: 'tok_visa',
    reference: 'pay_1',
    authorization: null,
    final: true,
    returnUrl: null,
    ...change,
  };
}

const send = (change: Partial<AcquirerRequest> = {}): Promise<AcquirerAnswer> =>
  acquirer.send(request(change), patience());

async function authorized(change: Partial<AcquirerRequest> = {}): Promise<string> {
  const answer = await send(change);
  if (answer.type !== 'approved') throw new Error(JSON.stringify(answer));
  return answer.reference;
}

/** What another process finds, which knows of nothing that this one asked. */
async function foundElsewhere(key: AttemptId): Promise<unknown> {
  const elsewhere = stripeAcquirerAt(standIn);
  const found = await elsewhere.find(key, patience());
  await elsewhere.close();
  return found;
}

describe('an authorization', () => {
  test('is a payment intent that is captured by hand and carries our names', async () => {
    const asked = request({ returnUrl: 'https://shop.example/back' });
    const answer = await acquirer.send(asked, patience());
    const [intent] = [...standIn.ledger.intents.values()];
    expect(intent).toMatchObject({
      amount: 1_000,
      currency: 'eur',
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      metadata: { quittance_key: asked.key, reference: 'pay_1' },
    });
    expect(answer).toMatchObject({ type: 'approved', reference: intent?.id, amountMinor: 1_000n });
  });

  test('names when the hold ends', async () => {
    const answer = await send();
    const sevenDaysMs = 7 * 24 * 60 * 60 * 1_000;
    const ends = answer.type === 'approved' ? (answer.expiresAt?.getTime() ?? 0) : 0;
    expect(Math.abs(ends - standIn.ledger.nowMs() - sevenDaysMs)).toBeLessThan(60_000);
  });

  test('that wants a challenge is declined where the customer has no way back', async () => {
    const answer = await send({ cardToken: 'tok_3ds_required' });
    expect(answer).toMatchObject({ type: 'declined', code: 'authentication_failed' });
  });

  test.each([
    ['pm_stand_in_unheardOf', 'generic_decline', 'a_code_of_tomorrow'],
    ['pm_stand_in_neverAgain', 'do_not_honor', 'generic_decline'],
    ['tok_unknown', 'request_refused', 'resource_missing'],
  ])('of the card %s is declined with %s', async (cardToken, code, acquirerCode) => {
    expect(await send({ cardToken })).toMatchObject({ type: 'declined', code, acquirerCode });
  });

  test('that Stripe is still thinking about is unknown', async () => {
    const key = ids.next('att');
    const id = await authorized({ key });
    standIn.ledger.intent(id).status = 'processing';
    expect(await acquirer.find(key, patience())).toMatchObject({ type: 'unknown' });
  });
});

describe('amounts', () => {
  test.each<[CurrencyCode, bigint, number]>([
    ['EUR', 1_099n, 1_099],
    ['JPY', 500n, 500],
    ['KWD', 5_120n, 5_120],
    ['ISK', 5n, 500],
    ['UGX', 5n, 500],
    ['MGA', 500n, 5],
    ['HUF', 1_045n, 1_045],
  ])('%s %i is %i at Stripe, and is read back so', async (currency, minor, units) => {
    const answer = await send({ amount: money(minor, currency) });
    expect([...standIn.ledger.intents.values()].map(({ amount }) => amount)).toEqual([units]);
    expect(answer).toMatchObject({ type: 'approved', amountMinor: minor });
  });

  test.each<[CurrencyCode, bigint]>([
    ['KWD', 5_124n],
    ['MGA', 550n],
    ['IQD', 1_000n],
    ['CLF', 10_000n],
    ['EUR', 2n ** 60n],
  ])('%s %i cannot be written there: declined without asking', async (currency, minor) => {
    const answer = await send({ amount: money(minor, currency) });
    expect(answer).toMatchObject({ type: 'declined', code: 'amount_not_allowed' });
    expect(standIn.calls).toEqual([]);
  });
});

describe('a call that fails', () => {
  test.each<[FaultKind, AcquirerAnswer['type']]>([
    ['drop', 'unknown'],
    ['drop_done', 'unknown'],
    ['error_500', 'unknown'],
    ['error_500_done', 'unknown'],
    ['foreign_done', 'unknown'],
    ['key_in_use', 'unknown'],
    ['lock_timeout', 'not_sent'],
    ['rate_limit', 'not_sent'],
    ['no_key', 'not_sent'],
  ])('with %s is %s, and is made once', async (fault, type) => {
    const asked = request();
    standIn.faults.order(/./, fault, 1);
    expect(await acquirer.send(asked, patience())).toMatchObject({ type });
    expect(standIn.calls).toEqual(['POST /v1/payment_intents']);

    const done = fault.endsWith('_done');
    expect(await acquirer.find(asked.key, patience())).toMatchObject({ type: done ? 'approved' : 'nothing_found' });
  });

  test('with the wrong secret key was not sent, whatever was asked', async () => {
    const authorization = await authorized();
    await standIn.stop();
    standIn = await StripeStandIn.start({ secretKey: 'sk_test_other', webhookSecret, searchDelayMs });
    await acquirer.close();
    acquirer = stripeAcquirerAt(standIn);
    for (const operation of ['authorize', 'increase', 'capture', 'void', 'refund'] as const) {
      expect(await send({ operation, authorization })).toMatchObject({ type: 'not_sent' });
    }
  });

  test('because the account does not know the authorization is unknown', async () => {
    for (const operation of ['increase', 'capture', 'void', 'refund'] as const) {
      expect(await send({ operation, authorization: 'pi_0000' })).toMatchObject({ type: 'unknown' });
    }
  });
});

test('an answer in another currency than was asked is unknown', async () => {
  const authorization = await authorized();
  const answer = await send({ operation: 'capture', authorization, amount: money(1_000n, 'USD') });
  expect(answer).toMatchObject({ type: 'unknown' });
});

describe('a key', () => {
  test('that was used for something else tells what it did then', async () => {
    const key = ids.next('att');
    const reference = await authorized({ key });
    const again = await send({ key, amount: money(5_000n, 'EUR') });
    expect(again).toMatchObject({ type: 'approved', reference, amountMinor: 1_000n });
  });

  test('that was used for something else and left nothing is unknown', async () => {
    const key = ids.next('att');
    await send({ key, operation: 'capture', authorization: await authorized(), amount: money(2_000n, 'EUR') });
    expect(await send({ key })).toMatchObject({ type: 'unknown' });
  });

  test('that Stripe has forgotten does not raise the hold again', async () => {
    const authorization = await authorized();
    const raise = { key: ids.next('att'), operation: 'increase', authorization, amount: money(300n, 'EUR') } as const;
    const first = await send(raise);
    standIn.forgetKeys();
    expect(await send(raise)).toEqual(first);
    expect(standIn.ledger.intent(authorization).amount).toBe(1_300);
  });

  test('raises the hold by what it says, when two raise it at once', async () => {
    const authorization = await authorized();
    const raise = (minor: bigint) => send({ operation: 'increase', authorization, amount: money(minor, 'EUR') });
    const answers = await Promise.all([raise(300n), raise(500n)]);
    const named = answers.map((answer) => (answer.type === 'approved' ? (answer.amountMinor ?? 0n) : 0n));
    const { amount } = standIn.ledger.intent(authorization);
    expect(BigInt(amount) - 1_000n).toBe(named.reduce((sum, minor) => sum + minor, 0n));
  });
});

describe('a find', () => {
  test('elsewhere does not say that a capture was not made before search could show it', async () => {
    const key = ids.next('att');
    await send({ key, operation: 'capture', authorization: await authorized() });
    expect(await foundElsewhere(key)).toMatchObject({ type: 'unknown' });
    standIn.ledger.timePasses(searchDelayMs);
    expect(await foundElsewhere(key)).toMatchObject({ type: 'approved', amountMinor: 1_000n });
  });

  test('elsewhere sees authorizations and refunds at once', async () => {
    const [authorizing, refunding] = [ids.next('att'), ids.next('att')];
    const authorization = await authorized({ key: authorizing });
    await send({ operation: 'capture', authorization });
    await send({ key: refunding, operation: 'refund', authorization });
    expect(await foundElsewhere(authorizing)).toMatchObject({ type: 'approved' });
    expect(await foundElsewhere(refunding)).toMatchObject({ type: 'approved' });
  });

  test('of a challenge asks the intent that waits for it', async () => {
    const key = ids.next('att');
    await send({ key, cardToken: 'tok_3ds_required', returnUrl: 'https://shop.example/back' });
    standIn.calls.length = 0;
    expect(await acquirer.find(key, patience())).toMatchObject({ type: 'action_required' });
    expect(standIn.calls).toEqual([expect.stringMatching(/^GET \/v1\/payment_intents\/pi_/)]);
  });

  test('goes through page after page', async () => {
    const key = ids.next('att');
    await authorized({ key });
    for (let count = 0; count < 150; count += 1) await authorized();
    expect(await foundElsewhere(key)).toMatchObject({ type: 'approved' });
    expect(standIn.calls.filter((call) => call === 'GET /v1/payment_intents')).toHaveLength(2);
  });

  test('that cannot look everywhere says nothing of what it did not find', async () => {
    standIn.faults.order(/^GET \/v1\/refunds/, 'error_500', 1);
    standIn.ledger.timePasses(60 * 60_000);
    const old = ids.next('att');
    standIn.ledger.timePasses(60 * 60_000);
    expect(await foundElsewhere(old)).toMatchObject({ type: 'unknown' });
    expect(await foundElsewhere(old)).toEqual({ type: 'nothing_found' });
  });

  test('tells a refund that failed afterwards', async () => {
    const authorization = await authorized();
    const key = ids.next('att');
    await send({ operation: 'capture', authorization });
    await send({ key, operation: 'refund', authorization });
    for (const refund of standIn.ledger.refunds.values()) refund.status = 'failed';
    expect(await acquirer.find(key, patience())).toMatchObject({ type: 'declined', code: 'refund_declined' });
  });
});

test('the hold whose time is up is told as expired to whoever comes too late', async () => {
  const authorization = await authorized();
  standIn.expire(authorization);
  for (const operation of ['increase', 'capture', 'void'] as const) {
    expect(await send({ operation, authorization })).toMatchObject({ type: 'declined', code: 'authorization_expired' });
  }
});

test('a void that left its mark and came too late is declined, whoever let the hold go', async () => {
  const [authorization, key] = [await authorized(), ids.next('att')];
  standIn.faults.order(/\/cancel$/, 'lock_timeout', 1);
  expect(await send({ key, operation: 'void', authorization })).toMatchObject({ type: 'not_sent' });
  expect(await acquirer.find(key, patience())).toEqual({ type: 'nothing_found' });
  standIn.expire(authorization);
  expect(await acquirer.find(key, patience())).toMatchObject({ type: 'declined', code: 'authorization_expired' });
});

test('a charge that is disputed is not refunded', async () => {
  const authorization = await authorized();
  await send({ operation: 'capture', authorization });
  standIn.ledger.chargeOf(standIn.ledger.intent(authorization)).disputed = true;
  expect(await send({ operation: 'refund', authorization })).toMatchObject({
    type: 'declined',
    code: 'refund_declined',
  });
});
