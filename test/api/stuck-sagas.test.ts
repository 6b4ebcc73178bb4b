import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentId } from '#domain';
import { HandStage } from '../support/hand-stage.ts';
import { ask } from '../support/merchant-door.ts';
import { until } from '../support/until.ts';

let stage: HandStage;

beforeAll(async () => {
  stage = await HandStage.open();
});

afterAll(() => stage.close());

const nobodyKnows = ['APPROVED', 'DECLINED', 'NOT_DONE', 'RELEASE'];
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

describe('what cannot go on is shown:', () => {
  test('an acquirer whose outcome is unknown, with the next time it is asked', async () => {
    const id = await stage.charge('tok_timeout_not_charged');
    await stage.untilAttempt(id, 1, 'authorize outcome_unknown');
    expect(await stage.stuckOn(id)).toEqual({
      paymentId: id,
      merchantId: stage.door.merchantId,
      reference: expect.stringMatching(/^order-\d+$/),
      kind: 'CHARGE',
      step: 'authorizing',
      reason: 'the acquirer, to be asked what became of the call',
      since: aTime,
      nextLookAt: aTime,
      attempt: {
        number: 1,
        acquirer: 'alpha',
        operation: 'AUTHORIZE',
        outcome: 'UNKNOWN',
        amount: { decimal: '10.99' },
        answeredAmount: null,
        acquirerReference: null,
        startedAt: aTime,
        canBeSettledAs: nobodyKnows,
      },
    });
  });

  test('no acquirer that can be used: the payment waits in line, and nobody was asked', async () => {
    await stage.breaker('openBreaker');
    try {
      const id = await until('a payment to find no acquirer', async () => {
        const charged = await stage.charge('tok_visa');
        const stuck = await until(`${charged} to be charged or to wait`, async () => {
          return (await stage.stateOf(charged)) === 'captured' ? 'charged' : await stage.stuckOn(charged);
        });
        return stuck !== 'charged' && charged;
      });
      expect(await stage.stuckOn(id)).toMatchObject({
        step: 'authorizing',
        reason: 'an acquirer that can be used',
        nextLookAt: aTime,
        attempt: null,
      });
    } finally {
      await stage.breaker('closeBreaker');
    }
  });

  test('a person, with what the acquirer named instead', async () => {
    const id = await stage.charge('tok_wrong_amount');
    const waiting = await until('a person to be called', async () => {
      const stuck = await stage.stuckOn(id);
      return stuck?.nextLookAt === null && stuck;
    });
    expect(waiting).toMatchObject({
      step: 'authorizing',
      reason: 'a person: alpha approved 1098 where 1099 was asked',
      since: aTime,
      attempt: {
        outcome: 'UNKNOWN',
        amount: { decimal: '10.99' },
        answeredAmount: { decimal: '10.98' },
        acquirerReference: await stage.referenceOf(id),
        canBeSettledAs: ['RELEASE'],
      },
    });
  });

  test('the oldest first, and none that goes on by itself', async () => {
    const [captured, held] = await Promise.all([stage.charge('tok_visa'), stage.charge('tok_visa', 'manual')]);
    await Promise.all([stage.untilIs('captured', captured), stage.untilIs('authorized', held)]);
    const stuck = await stage.stuck();
    const since = stuck.map((saga) => saga.since);
    expect(since).toEqual(since.toSorted());
    expect(stuck.map(({ paymentId }) => paymentId)).not.toContain(captured);
    expect(stuck.map(({ paymentId }) => paymentId)).not.toContain(held);
  });

  test('since when it is at its step, however often it was asked for meanwhile', async () => {
    const id = await stage.charge('tok_timeout_not_charged');
    await stage.untilAttempt(id, 1, 'authorize outcome_unknown');
    const before = await stage.stuckOn(id);
    await stage.answer(id, 1, { type: 'unknown', reason: 'no answer' });
    const after = await stage.stuckOn(id);
    expect(after?.since).toBe(before?.since);
    expect(Date.parse(after?.nextLookAt ?? '')).toBeGreaterThan(Date.parse(before?.nextLookAt ?? ''));
  });
});

interface Entry {
  readonly at: string;
  readonly kind: string;
  readonly summary: string;
  readonly details: { readonly nextCheckAt?: string; readonly outcome?: string };
}

async function seenByMerchant(id: PaymentId): Promise<{ attempts: { outcome: string }[]; timeline: Entry[] }> {
  const { data, errors } = await ask<{ payment: { attempts: { outcome: string }[]; timeline: Entry[] } }>(
    stage.door,
    'query ($id: ID!) { payment(id: $id) { attempts { outcome } timeline { at kind summary details } } }',
    { id },
  );
  expect(errors).toEqual([]);
  if (data === null || data === undefined) throw new Error('there is a payment');
  return data.payment;
}

describe('merchants see', () => {
  test('that an outcome is unknown, every time at which it will be asked for, and that a person is called', async () => {
    const id = await stage.charge('tok_timeout_not_charged');
    await stage.untilAttempt(id, 1, 'authorize outcome_unknown');
    for (let look = 0; look < 5; look += 1) await stage.answer(id, 1, { type: 'unknown', reason: 'no answer' });

    const { attempts, timeline } = await seenByMerchant(id);
    expect(attempts).toEqual([{ outcome: 'UNKNOWN' }]);
    const looks = timeline.filter(({ kind }) => kind === 'payment.outcome_unknown');
    const pauses = looks.map(({ at, details }) => Date.parse(details.nextCheckAt ?? '') - Date.parse(at));
    // To the second: the event is stamped some milliseconds after its time was reckoned.
    expect(pauses.map((pause) => Math.round(pause / 1_000))).toEqual([2, 10, 60, 600, 3_600]);
    expect(timeline.at(-1)).toMatchObject({
      kind: 'payment.needs_person',
      summary: 'A person is called: nobody knows the outcome after 5 checks.',
      details: { attempt: { number: 1, acquirer: 'alpha' }, reason: 'nobody knows the outcome after 5 checks' },
    });
  });

  test('what the person found out, and how it ended', async () => {
    const id = await stage.charge('tok_wrong_amount');
    await until('a person to be called', async () => (await stage.stuckOn(id))?.nextLookAt === null);
    await stage.settle(id, 1, 'RELEASE', { reason: 'They hold a cent less.' });
    await stage.untilIs('failed', id);
    const { attempts, timeline } = await seenByMerchant(id);
    expect(attempts).toEqual([{ outcome: 'APPROVED' }, { outcome: 'APPROVED' }]);
    const told = timeline.map(({ kind, summary }) => `${kind}: ${summary.replace(/ after \d+ ms/, '')}`);
    expect(told.slice(2)).toEqual([
      'attempt.authorize: Asked alpha to authorize 10.99 EUR: approved after we had given up.',
      'payment.needs_person: A person is called: alpha approved 1098 where 1099 was asked.',
      'payment.settled_by_hand: A person found out that attempt 1 holds what has to be given back: They hold a cent less.',
      'attempt.void: Asked alpha to void 10.98 EUR: approved.',
      'payment.failed: Could not be completed, and nothing was taken: a person had the hold released.',
    ]);
  });
});

// The last one: what is tried again and again in vain opens the breaker for whatever comes after it.
test('an acquirer that surely got nothing is shown with the next try', async () => {
  const id = await stage.charge('tok_not_sent');
  const waiting = await until('the payment to wait in line', async () => {
    const stuck = await stage.stuckOn(id);
    return stuck?.attempt?.outcome === 'NOT_SENT' && stuck;
  });
  expect(waiting).toMatchObject({ step: 'authorizing', reason: 'the next try', nextLookAt: aTime });
  expect(waiting.attempt?.canBeSettledAs).toEqual([]);
});
