import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentId } from '#domain';
import { HandStage, type Stuck } from '../support/hand-stage.ts';
import { until } from '../support/until.ts';

let stage: HandStage;

beforeAll(async () => {
  stage = await HandStage.open();
});

afterAll(() => stage.close());

const accepted = (id: PaymentId, status: string): object => ({ paymentId: id, status, userErrors: [] });

/** An authorization that the acquirer did and never told of; it can be found after 10 s, which no test here takes. */
async function unknownButDone(): Promise<PaymentId> {
  const id = await stage.charge('tok_late_approval');
  await stage.untilAttempt(id, 1, 'authorize outcome_unknown');
  return id;
}

/** An authorization that never happened, and that the acquirer never answered. */
async function unknownAndNotDone(): Promise<PaymentId> {
  const id = await stage.charge('tok_timeout_not_charged');
  await stage.untilAttempt(id, 1, 'authorize outcome_unknown');
  return id;
}

function untilStuck(id: PaymentId, reason: RegExp): Promise<Stuck> {
  return until(`a person to be called for ${id}`, async () => {
    const stuck = await stage.stuckOn(id);
    return stuck !== undefined && stuck.nextLookAt === null && reason.test(stuck.reason) && stuck;
  });
}

const wrongAmount = async (): Promise<PaymentId> => {
  const id = await stage.charge('tok_wrong_amount');
  await untilStuck(id, /approved 1098 where 1099 was asked/);
  return id;
};

describe('while the schedule still asks', () => {
  test('what was done goes on as if the acquirer had said so, under its reference', async () => {
    const id = await unknownButDone();
    const acquirerReference = await stage.referenceOf(id);
    expect(await stage.settle(id, 1, 'APPROVED', { acquirerReference })).toEqual(accepted(id, 'PROCESSING'));
    await stage.untilIs('captured', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
    expect(await stage.truthOf(id)).toEqual(['authorize 1099', 'capture 1099']);
    expect(await stage.storyOf(id)).toEqual([
      'payment.outcome_unknown',
      'payment.settled_by_hand',
      'payment.authorized',
      'payment.captured',
    ]);
  });

  test('what was refused declines the payment, with the reason', async () => {
    const id = await unknownAndNotDone();
    await stage.settle(id, 1, 'DECLINED');
    await stage.untilIs('declined', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize declined']);
    const [payment] = await stage.rows('SELECT decline_code, decline_message FROM payments.payment WHERE id = $1', id);
    expect(payment).toEqual({ decline_code: 'generic_decline', decline_message: 'seen in their console' });
    expect(await stage.stuckOn(id)).toBeUndefined();
  });

  test('what was never done fails the payment, and is watched until that is sure', async () => {
    const id = await unknownAndNotDone();
    await stage.settle(id, 1, 'NOT_DONE');
    await stage.untilIs('failed', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize outcome_unknown']);
    for (let look = 0; look < 3; look += 1) await stage.answer(id, 1, { type: 'nothing_found' });
    expect([await stage.stepOf(id), await stage.attemptsOf(id)]).toEqual(['ended', ['authorize not_sent']]);
  });

  test('the answer of the acquirer was faster than the word: the answer stands', async () => {
    const id = await unknownButDone();
    const answer = { type: 'approved', amountMinor: 1_099n, expiresAt: null } as const;
    await stage.answer(id, 1, { ...answer, reference: await stage.referenceOf(id) });
    const word = { attemptNumber: 1, outcome: 'declined', reference: null, reason: 'not seen' } as const;
    await stage.tell(id, { type: 'settled_by_hand', ...word });
    await stage.untilIs('captured', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
  });
});

describe('a person is wrong', () => {
  const approval = async (id: PaymentId) =>
    ({ type: 'approved', amountMinor: 1_099n, expiresAt: null, reference: await stage.referenceOf(id) }) as const;
  const givenBack = ['authorize approved_late', 'void approved'];

  test('the acquirer approves what was said to be refused: it is given back, once', async () => {
    const id = await unknownButDone();
    await stage.settle(id, 1, 'DECLINED');
    await stage.untilIs('declined', id);
    const answer = await approval(id);
    // The question was on its way when the person spoke; its answer comes twice.
    await Promise.all([stage.answer(id, 1, answer), stage.answer(id, 1, answer)]);
    await stage.untilAttempt(id, 2, 'void approved');
    expect(await stage.attemptsOf(id)).toEqual(givenBack);
    expect(await stage.truthOf(id)).toEqual(['authorize 1099', 'void 1099']);
    expect((await stage.storyOf(id)).slice(-2)).toEqual(['payment.declined', 'payment.reversed']);
    expect(await stage.stateOf(id)).toBe('declined');
  });

  test('the acquirer approves what was said never to have been done: it is given back', async () => {
    const id = await unknownButDone();
    await stage.settle(id, 1, 'NOT_DONE');
    await stage.untilIs('failed', id);
    await stage.answer(id, 1, await approval(id));
    await stage.untilAttempt(id, 2, 'void approved');
    expect(await stage.attemptsOf(id)).toEqual(givenBack);
    expect(await stage.truthOf(id)).toEqual(['authorize 1099', 'void 1099']);
  });
});

test('the acquirer finds its words while a person is waited for: nobody has to be asked any more', async () => {
  const id = await unknownButDone();
  for (let look = 0; look < 5; look += 1) await stage.answer(id, 1, { type: 'unknown', reason: 'no answer' });
  await untilStuck(id, /nobody knows the outcome/);
  const reference = await stage.referenceOf(id);
  await stage.answer(id, 1, { type: 'approved', amountMinor: 1_099n, expiresAt: null, reference });
  await stage.untilIs('captured', id);
  expect(await stage.attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
  expect(await stage.truthOf(id)).toEqual(['authorize 1099', 'capture 1099']);
});

describe('an approval of another amount', () => {
  test('is not believed, either, when the acquirer then names the right one', async () => {
    const id = await wrongAmount();
    const reference = await stage.referenceOf(id);
    await stage.answer(id, 1, { type: 'approved', amountMinor: 1_099n, expiresAt: null, reference });
    expect(await stage.stepOf(id)).toBe('needs_person');
  });

  test.each(['APPROVED', 'DECLINED', 'NOT_DONE'])(
    'is not settled as %s: the acquirer holds something',
    async (outcome) => {
      const id = await wrongAmount();
      const { userErrors } = await stage.settle(id, 1, outcome);
      const message = 'Attempt 1 at alpha names 1098 EUR where 1099 was asked for: it can be settled as RELEASE.';
      expect(userErrors).toMatchObject([{ __typename: 'InvalidStateError', path: ['input', 'outcome'], message }]);
    },
  );

  test('is given back, and then the payment fails', async () => {
    const id = await wrongAmount();
    expect(await stage.settle(id, 1, 'RELEASE')).toEqual(accepted(id, 'PROCESSING'));
    await stage.untilIs('failed', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize approved_late', 'void approved']);
    expect(await stage.truthOf(id)).toEqual(['authorize 1098', 'void 1098']);
    expect(await stage.storyOf(id)).toEqual(['payment.needs_person', 'payment.settled_by_hand', 'payment.failed']);
    expect(await stage.stuckOn(id)).toBeUndefined();
  });

  test('that nobody wrote down is given back all the same, however much it is', async () => {
    const id = await wrongAmount();
    await stage.rows('UPDATE payments.attempt SET answered_amount = NULL WHERE payment_id = $1', id);
    await stage.settle(id, 1, 'RELEASE');
    await stage.untilIs('failed', id);
    expect(await stage.truthOf(id)).toEqual(['authorize 1098', 'void 1098']);
  });

  test('was voided in the acquirer’s console before: the hold is gone, and the payment fails', async () => {
    const id = await wrongAmount();
    await stage.byHandAtAcquirer(`/authorizations/${await stage.referenceOf(id)}/voids`, {});
    await stage.settle(id, 1, 'RELEASE');
    await stage.untilIs('failed', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize approved_late', 'void declined']);
  });

  test('was captured in the acquirer’s console: a person is called until it is put right there', async () => {
    const id = await wrongAmount();
    await stage.byHandAtAcquirer(`/authorizations/${await stage.referenceOf(id)}/captures`, {
      amountMinor: 1_098,
      final: true,
    });
    await stage.settle(id, 1, 'RELEASE');
    const { attempt, step } = await untilStuck(id, /the acquirer refuses: authorization_captured/);
    expect([step, attempt]).toMatchObject(['handing_back', { number: 2, canBeSettledAs: ['APPROVED', 'NOT_DONE'] }]);
    await stage.settle(id, 2, 'NOT_DONE');
    await until('the void to be tried anew', async () => (await stage.stuckOn(id))?.attempt?.number === 3);
    await untilStuck(id, /authorization_captured/);
    await stage.settle(id, 3, 'APPROVED', { reason: 'they have refunded it' });
    await stage.untilIs('failed', id);
    expect(await stage.attemptsOf(id)).toEqual(['authorize approved_late', 'void declined', 'void declined']);
  });
});

test('a capture that was never done is sent again under its key: we may have sent it since the person looked', async () => {
  const id = await stage.charge('tok_visa', 'manual');
  await stage.untilIs('authorized', id);
  await stage.hang(true);
  await stage.capture(id);
  await stage.untilAttempt(id, 2, 'capture outcome_unknown');
  expect(await stage.truthOf(id)).toEqual(['authorize 1099']);
  await stage.hang(false);
  await stage.settle(id, 2, 'NOT_DONE');
  await stage.untilIs('captured', id);
  expect(await stage.attemptsOf(id)).toEqual(['authorize approved', 'capture approved']);
  expect(await stage.truthOf(id)).toEqual(['authorize 1099', 'capture 1099']);
});

describe('the first word stands:', () => {
  test('the same one again changes nothing, before and after it was carried out', async () => {
    const id = await unknownAndNotDone();
    await Promise.all(Array.from({ length: 4 }, () => stage.settle(id, 1, 'DECLINED')));
    await stage.untilIs('declined', id);
    expect(await stage.settle(id, 1, 'DECLINED')).toEqual(accepted(id, 'DECLINED'));
    expect((await stage.storyOf(id)).filter((type) => type === 'payment.settled_by_hand')).toHaveLength(1);
  });

  test('of opposite ones at the same moment one is written, and the other hears its reason', async () => {
    const id = await unknownAndNotDone();
    const answers = await Promise.all(['DECLINED', 'NOT_DONE'].map((outcome) => stage.settle(id, 1, outcome)));
    const refused = answers.filter(({ paymentId }) => paymentId === null);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.userErrors).toMatchObject([
      { message: expect.stringMatching(/^A person said (DECLINED|NOT_DONE) of this attempt already: seen in/) },
    ]);
  });

  test('until a person is called once more for the same attempt', async () => {
    const id = await wrongAmount();
    await stage.hang(true);
    await stage.settle(id, 1, 'RELEASE');
    await stage.untilAttempt(id, 2, 'void outcome_unknown');
    await stage.hang(false);
    // A hold whose release is refused has to be put right by somebody.
    await stage.settle(id, 2, 'DECLINED');
    await untilStuck(id, /the acquirer refuses: generic_decline/);
    await stage.settle(id, 2, 'NOT_DONE', { reason: 'they say that it works now' });
    await stage.untilIs('failed', id);
    expect(await stage.truthOf(id)).toEqual(['authorize 1098', 'void 1098']);
  });
});

describe('is refused:', () => {
  const unknownPayment = 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz';

  test('an attempt whose outcome is known, and one that there is not', async () => {
    const id = await stage.charge('tok_visa');
    await stage.untilIs('captured', id);
    expect((await stage.settle(id, 1, 'DECLINED')).userErrors).toEqual([
      {
        __typename: 'InvalidStateError',
        message: 'Attempt 1 at alpha was approved, as is known.',
        path: ['input', 'attemptNumber'],
        currentStatus: 'CAPTURED',
      },
    ]);
    expect((await stage.settle(id, 3, 'DECLINED')).userErrors).toMatchObject([
      { __typename: 'NotFoundError', path: ['input', 'attemptNumber'] },
    ]);
  });

  test.each([
    ['an approval without a reference', 'APPROVED', {}, 'acquirerReference'],
    ['a release without a reference', 'RELEASE', {}, 'acquirerReference'],
    ['a blank reference', 'APPROVED', { acquirerReference: ' ' }, 'acquirerReference'],
    ['a card number as a reference', 'APPROVED', { acquirerReference: '4242424242424242' }, 'acquirerReference'],
    ['a reference of what was not done', 'NOT_DONE', { acquirerReference: 'auth_1' }, 'acquirerReference'],
    ['a blank reason', 'DECLINED', { reason: ' ' }, 'reason'],
    ['a card number in the reason', 'DECLINED', { reason: '4242 4242 4242 4242' }, 'reason'],
  ])('%s', async (_, outcome, rest, field) => {
    const id = await unknownAndNotDone();
    expect((await stage.settle(id, 1, outcome, rest)).userErrors).toMatchObject([
      { __typename: 'ValidationError', path: ['input', field] },
    ]);
    expect(await stage.storyOf(id)).toEqual(['payment.outcome_unknown']);
  });

  test('another reference than the acquirer’s own', async () => {
    const id = await wrongAmount();
    expect((await stage.settle(id, 1, 'RELEASE', { acquirerReference: 'auth_other' })).userErrors).toMatchObject([
      { __typename: 'ValidationError', path: ['input', 'acquirerReference'] },
    ]);
  });

  test('a payment that is none, and what is no id', async () => {
    const notFound = { __typename: 'NotFoundError', path: ['input', 'paymentId'] };
    expect((await stage.settle(unknownPayment, 1, 'DECLINED')).userErrors).toMatchObject([notFound]);
    const invalid = { __typename: 'ValidationError', path: ['input', 'paymentId'] };
    expect((await stage.settle('order-1', 1, 'DECLINED')).userErrors).toMatchObject([invalid]);
  });
});
