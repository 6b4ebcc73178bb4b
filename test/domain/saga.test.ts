import { describe, expect, test } from 'vitest';
import { advance, beginCharge, beginOperation, type Saga, type SagaEvent, type SagaStep } from '#domain';

const decline = { code: 'generic_decline', message: 'no', retryable: true, source: 'issuer' } as const;

const happenings = {
  allow: { type: 'risk_answered', decision: 'allow' },
  review: { type: 'risk_answered', decision: 'review' },
  challenge: { type: 'risk_answered', decision: 'challenge' },
  block: { type: 'risk_answered', decision: 'block' },
  silent_small: { type: 'risk_silent', withinFloor: true },
  silent_large: { type: 'risk_silent', withinFloor: false },
  passed: { type: 'review_decided', decision: 'allow' },
  rejected: { type: 'review_decided', decision: 'block' },
  withdrawn: { type: 'withdrawn' },
  approved: { type: 'approved' },
  declined: { type: 'declined', decline, elsewhere: false },
  declined_elsewhere: { type: 'declined', decline, elsewhere: true },
  hold_gone: {
    type: 'declined',
    decline: { code: 'authorization_expired', message: 'no', retryable: false, source: 'acquirer' },
    elsewhere: true,
  },
  action_required: { type: 'action_required', late: false },
  action_late: { type: 'action_required', late: true },
  not_sent: { type: 'not_sent', elsewhere: false, patienceMs: 60_000 },
  not_sent_elsewhere: { type: 'not_sent', elsewhere: true, patienceMs: 60_000 },
  no_acquirer: { type: 'no_acquirer', patienceMs: 60_000 },
  hold_over: { type: 'hold_over', rest: 'open' },
  hold_over_busy: { type: 'hold_over', rest: 'busy' },
  hold_over_none: { type: 'hold_over', rest: 'none' },
  hold_ended: { type: 'hold_ended', rest: 'open' },
  hold_ended_busy: { type: 'hold_ended', rest: 'busy' },
  contact_lost: { type: 'contact_lost' },
  nothing_found: { type: 'nothing_found', heardTimeout: true },
  orphan_not_found: { type: 'nothing_found', heardTimeout: false },
  contradicted: { type: 'contradicted', reason: 'another amount' },
  hand_approved: { type: 'settled_by_hand', outcome: 'approved', reason: 'seen in their console' },
  hand_declined: { type: 'settled_by_hand', outcome: 'declined', reason: 'seen in their console' },
  hand_not_done: { type: 'settled_by_hand', outcome: 'not_done', reason: 'seen in their console' },
  hand_release: { type: 'settled_by_hand', outcome: 'release', reason: 'they hold another amount' },
} as const satisfies Record<string, SagaEvent>;
type Happening = keyof typeof happenings;

const at = (step: SagaStep, change: Partial<Saga> = {}): Saga => ({
  kind: 'charge',
  step,
  version: 2,
  captureMethod: 'automatic',
  tries: 1,
  checks: 0,
  softRetries: 0,
  stuckAt: null,
  ...change,
});

/** `step: commands`, or nothing where the event changes nothing. Commands in short; what is not listed is ignored. */
function shortOf(saga: Saga, event: SagaEvent): string {
  const turn = advance(saga, event);
  if (turn.saga === saga) return '';
  const commands = turn.commands.map((command) => {
    if (command.type === 'attempt') return `${command.operation}${command.afterMs > 0 ? ` in ${command.afterMs}` : ''}`;
    if (command.type === 'check') return `check in ${command.afterMs}`;
    if (command.type === 'wait_for_expiry') return `expire in ${command.afterMs ?? 'its time'}`;
    return command.type;
  });
  return `${turn.saga.step}: ${commands.join(', ')}`;
}

/** Every step × everything that can happen, by hand. A missing cell changes nothing. */
type Policy = readonly (readonly [saga: Saga, name: string, cells: Partial<Record<Happening, string>>])[];

const byHand = (
  approved: string,
  declined: string,
  notDone: string,
  release = '',
): Partial<Record<Happening, string>> => ({
  hand_approved: approved,
  hand_declined: declined,
  hand_not_done: notDone,
  hand_release: release,
});

const person = 'needs_person: call_a_person';

/** After the pivot, and for what a merchant asks: stay with the acquirer, go forward. */
const forward = (step: SagaStep, operation: string, approved: string, declined: string, gone: string) => ({
  approved,
  declined,
  declined_elsewhere: declined,
  hold_gone: gone,
  action_required: person,
  action_late: person,
  not_sent: `${step}: ${operation} in 200`,
  not_sent_elsewhere: `${step}: ${operation} in 200`,
  no_acquirer: `${step}: ${operation} in 200`,
  contact_lost: `${step}: check in 2000`,
  nothing_found: `${step}: check in 2000`,
  orphan_not_found: `${step}: send_again`,
  contradicted: person,
  // It may have been sent since the person looked: under the same key that is no second one.
  ...byHand(approved, declined, `${step}: send_again`),
});

const today: Policy = [
  [
    at('awaiting_risk'),
    'awaiting risk',
    {
      allow: 'authorizing: authorize',
      review: 'in_review: send_to_review',
      challenge: 'in_review: send_to_review',
      block: 'ended: decline_for_risk',
      silent_small: 'authorizing: authorize',
      silent_large: 'in_review: send_to_review',
    },
  ],
  [
    at('in_review'),
    'in review',
    { passed: 'authorizing: pass_review, authorize', rejected: 'ended: decline_for_risk', withdrawn: 'ended: ' },
  ],
  [
    at('authorizing'),
    'authorizing, automatic capture',
    {
      approved: 'capturing: authorize_payment, begin_automatic_capture, capture',
      declined: 'ended: decline_payment',
      declined_elsewhere: 'authorizing: authorize',
      hold_gone: 'ended: decline_payment',
      action_required: 'awaiting_customer: require_action, check in 10000',
      action_late: 'awaiting_customer: require_action, check in 10000',
      not_sent: 'authorizing: authorize in 200',
      not_sent_elsewhere: 'authorizing: authorize',
      no_acquirer: 'authorizing: authorize in 200',
      contact_lost: 'authorizing: check in 2000',
      nothing_found: 'authorizing: check in 2000',
      orphan_not_found: 'authorizing: send_again',
      contradicted: person,
      ...byHand(
        'capturing: authorize_payment, begin_automatic_capture, capture',
        'ended: decline_payment',
        'watching: fail_payment, check in 60000',
        'handing_back: void',
      ),
    },
  ],
  [
    at('authorizing', { captureMethod: 'manual', tries: 10, checks: 2, softRetries: 2 }),
    'authorizing, manual capture, a minute in line, looked twice, declined softly three times',
    {
      approved: 'holding: authorize_payment, expire in its time',
      declined: 'ended: decline_payment',
      declined_elsewhere: 'ended: decline_payment',
      hold_gone: 'ended: decline_payment',
      action_required: 'awaiting_customer: require_action, check in 10000',
      action_late: 'awaiting_customer: require_action, check in 10000',
      not_sent: 'ended: fail_payment',
      not_sent_elsewhere: 'authorizing: authorize',
      no_acquirer: 'ended: fail_payment',
      contact_lost: 'authorizing: check in 60000',
      nothing_found: 'watching: fail_payment, check in 60000',
      orphan_not_found: person,
      contradicted: person,
      ...byHand(
        'holding: authorize_payment, expire in its time',
        'ended: decline_payment',
        'watching: fail_payment, check in 60000',
        'handing_back: void',
      ),
    },
  ],
  [
    at('awaiting_customer', { captureMethod: 'manual', checks: 1 }),
    'the customer is with the acquirer',
    {
      approved: 'holding: authorize_payment, expire in its time',
      declined: 'ended: decline_payment',
      declined_elsewhere: 'ended: decline_payment',
      hold_gone: 'ended: decline_payment',
      action_required: 'awaiting_customer: check in 30000',
      action_late: 'calling_off: void',
      not_sent: 'awaiting_customer: check in 30000',
      not_sent_elsewhere: 'awaiting_customer: check in 30000',
      contact_lost: 'awaiting_customer: check in 30000',
      nothing_found: 'awaiting_customer: check in 30000',
      orphan_not_found: 'awaiting_customer: check in 30000',
      contradicted: person,
      ...byHand(
        'holding: authorize_payment, expire in its time',
        'ended: decline_payment',
        'calling_off: void',
        'handing_back: void',
      ),
    },
  ],
  [
    at('calling_off'),
    'calling off a challenge that took too long',
    forward('calling_off', 'void', 'ended: fail_payment', person, 'ended: fail_payment'),
  ],
  [
    at('watching', { checks: 1 }),
    'given up, looking whether it was done after all',
    {
      approved: 'reversing: void',
      declined: 'ended: ',
      declined_elsewhere: 'ended: ',
      hold_gone: 'ended: ',
      action_required: 'watching: check in 600000',
      action_late: 'watching: check in 600000',
      not_sent: 'watching: check in 600000',
      not_sent_elsewhere: 'watching: check in 600000',
      contact_lost: 'watching: check in 600000',
      nothing_found: 'watching: check in 600000',
      orphan_not_found: 'watching: check in 600000',
      contradicted: person,
      ...byHand('reversing: void', 'ended: ', 'ended: abandon_attempt', 'reversing: void'),
    },
  ],
  [
    at('watching', { checks: 3 }),
    'given up, looked for more than an hour',
    {
      approved: 'reversing: void',
      declined: 'ended: ',
      declined_elsewhere: 'ended: ',
      hold_gone: 'ended: ',
      action_required: 'ended: abandon_attempt',
      action_late: 'ended: abandon_attempt',
      not_sent: 'ended: abandon_attempt',
      not_sent_elsewhere: 'ended: abandon_attempt',
      contact_lost: person,
      nothing_found: 'ended: abandon_attempt',
      orphan_not_found: 'ended: abandon_attempt',
      contradicted: person,
      ...byHand('reversing: void', 'ended: ', 'ended: abandon_attempt', 'reversing: void'),
    },
  ],
  [
    at('reversing'),
    'giving a late approval back',
    forward('reversing', 'void', 'ended: tell_of_reversal', person, 'ended: tell_of_reversal'),
  ],
  [
    at('capturing'),
    'capturing by itself',
    forward(
      'capturing',
      'capture',
      'ended: complete_capture',
      'releasing: refuse_capture, void',
      'ended: refuse_capture, expire_payment',
    ),
  ],
  [
    at('releasing'),
    'releasing the hold of a refused capture',
    forward('releasing', 'void', 'ended: fail_payment', person, 'ended: fail_payment'),
  ],
  [
    at('holding', { captureMethod: 'manual' }),
    'holding for the merchant',
    {
      hold_over: 'expiring: begin_expiry, void',
      hold_over_busy: 'holding: expire in 60000',
      hold_over_none: 'ended: ',
      hold_ended: 'ended: expire_payment',
      hold_ended_busy: 'holding: expire in 60000',
    },
  ],
  [
    at('expiring'),
    'releasing a hold whose time is over',
    forward('expiring', 'void', 'ended: expire_payment', person, 'ended: expire_payment'),
  ],
  [
    at('handing_back'),
    'giving back what a person says is not the payment’s',
    forward('handing_back', 'void', 'ended: fail_payment', person, 'ended: fail_payment'),
  ],
  [
    at('capturing', { kind: 'capture' }),
    'capturing for the merchant',
    forward(
      'capturing',
      'capture',
      'ended: complete_capture',
      'ended: refuse_capture',
      'ended: refuse_capture, expire_payment',
    ),
  ],
  [
    at('capturing', { kind: 'capture', tries: 8, checks: 5 }),
    'capturing for the merchant, last try, asked by the whole schedule',
    {
      ...forward(
        'capturing',
        'capture',
        'ended: complete_capture',
        'ended: refuse_capture',
        'ended: refuse_capture, expire_payment',
      ),
      not_sent: person,
      not_sent_elsewhere: person,
      no_acquirer: person,
      contact_lost: person,
      nothing_found: person,
      orphan_not_found: person,
      hand_not_done: person,
    },
  ],
  [
    at('voiding', { kind: 'void' }),
    'voiding',
    forward('voiding', 'void', 'ended: complete_void', 'ended: refuse_void', 'ended: expire_payment'),
  ],
  [
    at('refunding', { kind: 'refund' }),
    'refunding',
    forward('refunding', 'refund', 'ended: complete_refund', 'ended: refuse_refund', 'ended: refuse_refund'),
  ],
  [
    at('increasing', { kind: 'increase' }),
    'increasing the hold',
    forward(
      'increasing',
      'increase',
      'ended: complete_increase',
      'ended: refuse_increase',
      'ended: refuse_increase, expire_payment',
    ),
  ],
  [
    at('reversing', { kind: 'reversal' }),
    'giving back what another saga had given up',
    forward('reversing', 'void', 'ended: tell_of_reversal', person, 'ended: tell_of_reversal'),
  ],
  [at('ended'), 'ended', {}],
  [
    at('needs_person', { stuckAt: 'refunding', kind: 'refund' }),
    'a refund waits for a person',
    byHand('ended: complete_refund', 'ended: refuse_refund', 'refunding: abandon_attempt, refund'),
  ],
  [
    at('needs_person', { stuckAt: 'authorizing', captureMethod: 'manual' }),
    'an authorization waits for a person',
    byHand(
      'holding: authorize_payment, expire in its time',
      'ended: decline_payment',
      'watching: fail_payment, check in 60000',
      'handing_back: void',
    ),
  ],
  [
    at('needs_person', { stuckAt: 'authorizing', version: 1 }),
    'an authorization of the first release waits for a person',
    byHand(
      'capturing: authorize_payment, begin_automatic_capture, capture',
      'ended: decline_payment',
      'ended: fail_payment, abandon_attempt',
      'handing_back: void',
    ),
  ],
  [
    at('handing_back', { version: 1 }),
    'giving back what a person says is not the payment’s, born in the first release',
    forward('handing_back', 'void', 'ended: fail_payment', person, 'ended: fail_payment'),
  ],
];

describe.each(today)('%# %s', (saga, name, cells) => {
  test.each(Object.keys(happenings) as Happening[])(`${name} + %s`, (happening) => {
    expect(shortOf(saga, happenings[happening])).toBe(cells[happening] ?? '');
  });
});

test('the outcome that nobody knows is asked for after 2 s, 10 s, 1 m, 10 m and 1 h, and then by a person', () => {
  let saga = at('authorizing');
  const asked: string[] = [];
  for (let check = 0; check < 6; check += 1) {
    asked.push(shortOf(saga, happenings.contact_lost));
    saga = advance(saga, happenings.contact_lost).saga;
  }
  expect(asked).toEqual([
    'authorizing: check in 2000',
    'authorizing: check in 10000',
    'authorizing: check in 60000',
    'authorizing: check in 600000',
    'authorizing: check in 3600000',
    'needs_person: call_a_person',
  ]);
  expect(saga.stuckAt).toBe('authorizing');
});

test('a challenge that its customer refuses while it is called off is over, and no refused operation else is', () => {
  const refusal = { ...decline, code: 'authentication_failed', retryable: false };
  const refused = { type: 'declined', decline: refusal, elsewhere: false } as const;
  expect(shortOf(at('calling_off'), refused)).toBe('ended: fail_payment');
  expect(shortOf(at('releasing'), refused)).toBe(person);
  expect(shortOf(at('capturing', { kind: 'capture' }), refused)).toBe('ended: refuse_capture');
});

test('a charge begins by waiting for risk', () => {
  expect(beginCharge('manual')).toEqual(at('awaiting_risk', { captureMethod: 'manual', tries: 0 }));
});

test.each([
  ['capture', 'capturing', 'capture'],
  ['void', 'voiding', 'void'],
  ['refund', 'refunding', 'refund'],
  ['increase', 'increasing', 'increase'],
  ['reversal', 'reversing', 'void'],
] as const)('a %s begins by asking the acquirer', (kind, step, operation) => {
  expect(beginOperation(kind, 'manual')).toEqual({
    saga: at(step, { kind, captureMethod: 'manual' }),
    commands: [{ type: 'attempt', operation, afterMs: 0 }],
  });
});

test('trying the same step again counts, asking elsewhere is the same try, the next step counts from one', () => {
  const again = advance(at('authorizing', { tries: 2 }), happenings.not_sent).saga;
  expect(again.tries).toBe(3);
  const elsewhere = advance(again, happenings.not_sent_elsewhere).saga;
  expect(elsewhere.tries).toBe(3);
  expect(advance(elsewhere, happenings.approved).saga).toMatchObject({ step: 'capturing', tries: 1, checks: 0 });
});

test.each([
  [0, 1],
  [199, 2],
  [6_200, 4],
  [60_000, 10],
])('a merchant who is patient for %d ms has the payment tried %d times', (patienceMs, tries) => {
  let saga = at('authorizing');
  let tried = 0;
  for (; saga.step === 'authorizing'; tried += 1) saga = advance(saga, { type: 'no_acquirer', patienceMs }).saga;
  expect(tried).toBe(tries);
});
