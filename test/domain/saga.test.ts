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
  declined: { type: 'declined', decline },
  not_sent: { type: 'not_sent' },
  contact_lost: { type: 'contact_lost' },
  nothing_found: { type: 'nothing_found', heardTimeout: true },
  orphan_not_found: { type: 'nothing_found', heardTimeout: false },
  contradicted: { type: 'contradicted', reason: 'another amount' },
} as const satisfies Record<string, SagaEvent>;
type Happening = keyof typeof happenings;

const at = (step: SagaStep, change: Partial<Saga> = {}): Saga => ({
  kind: 'charge',
  step,
  captureMethod: 'automatic',
  tries: 1,
  checks: 0,
  ...change,
});

/** `step: commands`, or nothing where the event changes nothing. Commands in short; what is not listed is ignored. */
function shortOf(saga: Saga, event: SagaEvent): string {
  const turn = advance(saga, event);
  if (turn.saga === saga) return '';
  const commands = turn.commands.map((command) => {
    if (command.type === 'attempt') return `${command.operation}${command.afterMs > 0 ? ` in ${command.afterMs}` : ''}`;
    if (command.type === 'check') return `check in ${command.afterMs}`;
    return command.type;
  });
  return `${turn.saga.step}: ${commands.join(', ')}`;
}

/** Every step × everything that can happen, by hand. A missing cell changes nothing. */
const policy: readonly [saga: Saga, name: string, cells: Partial<Record<Happening, string>>][] = [
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
      not_sent: 'authorizing: authorize in 200',
      contact_lost: 'authorizing: check in 2000',
      nothing_found: 'authorizing: check in 2000',
      orphan_not_found: 'authorizing: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('authorizing', { captureMethod: 'manual', tries: 3, checks: 2 }),
    'authorizing, manual capture, last try, looked twice',
    {
      approved: 'ended: authorize_payment',
      declined: 'ended: decline_payment',
      not_sent: 'ended: fail_payment',
      contact_lost: 'authorizing: check in 10000',
      nothing_found: 'ended: fail_payment',
      orphan_not_found: 'needs_person: call_a_person',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('capturing'),
    'capturing by itself',
    {
      approved: 'ended: complete_capture',
      declined: 'releasing: refuse_capture, void',
      not_sent: 'capturing: capture in 200',
      contact_lost: 'capturing: check in 2000',
      nothing_found: 'capturing: check in 2000',
      orphan_not_found: 'capturing: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('capturing', { kind: 'capture', tries: 8, checks: 2 }),
    'capturing for the merchant, last try, looked twice',
    {
      approved: 'ended: complete_capture',
      declined: 'ended: refuse_capture',
      not_sent: 'needs_person: call_a_person',
      contact_lost: 'capturing: check in 10000',
      nothing_found: 'needs_person: call_a_person',
      orphan_not_found: 'needs_person: call_a_person',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('capturing', { kind: 'capture', checks: 2 }),
    'capturing for the merchant, looked twice: past the pivot there is only forward',
    {
      approved: 'ended: complete_capture',
      declined: 'ended: refuse_capture',
      not_sent: 'capturing: capture in 200',
      contact_lost: 'capturing: check in 10000',
      nothing_found: 'capturing: send_again',
      orphan_not_found: 'capturing: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('releasing'),
    'releasing the hold of a refused capture',
    {
      approved: 'ended: fail_payment',
      declined: 'needs_person: call_a_person',
      not_sent: 'releasing: void in 200',
      contact_lost: 'releasing: check in 2000',
      nothing_found: 'releasing: check in 2000',
      orphan_not_found: 'releasing: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('voiding', { kind: 'void' }),
    'voiding',
    {
      approved: 'ended: complete_void',
      declined: 'ended: refuse_void',
      not_sent: 'voiding: void in 200',
      contact_lost: 'voiding: check in 2000',
      nothing_found: 'voiding: check in 2000',
      orphan_not_found: 'voiding: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [
    at('refunding', { kind: 'refund', tries: 2 }),
    'refunding, second try',
    {
      approved: 'ended: complete_refund',
      declined: 'ended: refuse_refund',
      not_sent: 'refunding: refund in 1000',
      contact_lost: 'refunding: check in 2000',
      nothing_found: 'refunding: check in 2000',
      orphan_not_found: 'refunding: send_again',
      contradicted: 'needs_person: call_a_person',
    },
  ],
  [at('ended'), 'ended', {}],
  [at('needs_person'), 'waiting for a person', {}],
];

describe('every step × everything that can happen', () => {
  for (const [saga, name, cells] of policy) {
    test.each(Object.keys(happenings) as Happening[])(`${name} + %s`, (happening) => {
      expect(shortOf(saga, happenings[happening])).toBe(cells[happening] ?? '');
    });
  }
});

test('an acquirer that cannot be asked for an hour is a matter for a person', () => {
  expect(advance(at('authorizing', { checks: 359 }), happenings.contact_lost).saga.step).toBe('authorizing');
  expect(advance(at('authorizing', { checks: 360 }), happenings.contact_lost).saga.step).toBe('needs_person');
});

test('a charge begins by waiting for risk', () => {
  expect(beginCharge('manual')).toEqual(at('awaiting_risk', { captureMethod: 'manual', tries: 0 }));
});

test.each([
  ['capture', 'capturing'],
  ['void', 'voiding'],
  ['refund', 'refunding'],
] as const)('a %s begins by asking the acquirer', (kind, step) => {
  expect(beginOperation(kind, 'manual')).toEqual({
    saga: at(step, { kind, captureMethod: 'manual' }),
    commands: [{ type: 'attempt', operation: kind, afterMs: 0 }],
  });
});

test('trying the same step again counts, the next step counts from one', () => {
  const again = advance(at('authorizing', { tries: 2 }), happenings.not_sent).saga;
  expect(again.tries).toBe(3);
  expect(advance(again, happenings.approved).saga).toMatchObject({ step: 'capturing', tries: 1, checks: 0 });
});
