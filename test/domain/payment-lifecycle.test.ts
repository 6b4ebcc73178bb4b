import { describe, expect, test } from 'vitest';
import {
  allowedActions,
  BrokenInvariant,
  nextAttemptState,
  nextPaymentState,
  requestCapture,
  requestRefund,
  requestVoid,
  statusOf,
  type AttemptEvent,
  type AttemptState,
  type PaymentEvent,
  type PaymentState,
} from '#domain';
import { paymentIn } from './payment-states.ts';

const refused = (code: string): string => `✗ ${code}`;

/**
 * The policy by hand: what a merchant gets for each command in each state. `✓ state` is where the payment stands when the
 * command was taken; the amount is all that is left.
 */
const commands: readonly [state: PaymentState, capture: string, void_: string, refund: string, allowed: string][] = [
  [
    'processing',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    refused('payment_not_refundable'),
    '',
  ],
  [
    'requires_action',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    refused('payment_not_refundable'),
    '',
  ],
  ['in_review', refused('payment_not_capturable'), '✓ voided', refused('payment_not_refundable'), 'VOID'],
  ['authorized', '✓ authorized', '✓ voiding', refused('payment_not_refundable'), 'CAPTURE VOID'],
  ['voiding', refused('payment_not_capturable'), '✓ voiding', refused('payment_not_refundable'), ''],
  ['partially_captured', '✓ partially_captured', '✓ partially_captured', '✓ partially_captured', 'CAPTURE VOID REFUND'],
  ['captured', refused('payment_not_capturable'), refused('payment_not_voidable'), '✓ captured', 'REFUND'],
  [
    'partially_refunded',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    '✓ partially_refunded',
    'REFUND',
  ],
  [
    'refunded',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    refused('refund_exceeds_capture'),
    '',
  ],
  ['voided', refused('payment_not_capturable'), '✓ voided', refused('payment_not_refundable'), ''],
  [
    'expired',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    refused('payment_not_refundable'),
    '',
  ],
  [
    'declined',
    refused('payment_not_capturable'),
    refused('payment_not_voidable'),
    refused('payment_not_refundable'),
    '',
  ],
  ['failed', refused('payment_not_capturable'), refused('payment_not_voidable'), refused('payment_not_refundable'), ''],
];

describe('every state × every command of a merchant', () => {
  test.each(commands)('%s: capture %s, void %s, refund %s', (state, capture, void_, refund, allowed) => {
    const payment = paymentIn(state);
    const captured = requestCapture(payment, undefined, true);
    const voided = requestVoid(payment);
    const refunded = requestRefund(payment, undefined);

    expect(captured.ok ? `✓ ${captured.value.payment.state}` : refused(captured.error.code)).toBe(capture);
    expect(voided.ok ? `✓ ${voided.value.state}` : refused(voided.error.code)).toBe(void_);
    expect(refunded.ok ? `✓ ${refunded.value.payment.state}` : refused(refunded.error.code)).toBe(refund);
    expect(allowedActions(payment).join(' ')).toBe(allowed);
  });
});

/** Row: state. Column: event, in the order of `events`. `·` is an illegal move. */
const events: readonly PaymentEvent[] = [
  'require_action',
  'send_to_review',
  'pass_review',
  'authorize',
  'decline',
  'fail',
  'start_void',
  'void',
  'refuse_void',
  'expire',
  'release_rest',
  'capture_part',
  'capture_rest',
  'refund_part',
  'refund_rest',
];
const moves: Record<PaymentState, string> = {
  processing: 'requires_action in_review · authorized declined failed · · · · · · · · ·',
  requires_action: 'requires_action · · authorized declined failed · · · · · · · · ·',
  in_review: '· · processing · declined · · voided · · · · · · ·',
  authorized: '· · · · · failed voiding · · expired · partially_captured captured · ·',
  voiding: '· · · · · failed · voided authorized expired · · · · ·',
  partially_captured: '· · · · · · · · · · captured partially_captured captured partially_refunded ·',
  captured: '· · · · · · · · · · · · · partially_refunded refunded',
  partially_refunded:
    '· · · · · · · · · · partially_refunded partially_refunded partially_refunded partially_refunded refunded',
  refunded: '· · · · · · · · · · · · · · ·',
  voided: '· · · · · · · · · · · · · · ·',
  expired: '· · · · · · · · · · · · · · ·',
  declined: '· · · · · · · · · · · · · · ·',
  failed: '· · · · · · · · · · · · · · ·',
};

describe('every state × everything that can happen to a payment', () => {
  for (const [state, row] of Object.entries(moves) as [PaymentState, string][]) {
    test.each(row.split(' ').map((next, column) => [events[column] as PaymentEvent, next] as const))(
      `${state} + %s → %s`,
      (event, next) => {
        if (next === '·') expect(() => nextPaymentState(state, event)).toThrow(BrokenInvariant);
        else expect(nextPaymentState(state, event)).toBe(next);
      },
    );
  }
});

const attemptEvents: readonly AttemptEvent[] = [
  'approve',
  'decline',
  'require_action',
  'lose_contact',
  'was_not_sent',
  'approve_late',
];
const attemptMoves: Record<AttemptState, string> = {
  submitted: 'approved declined action_required outcome_unknown not_sent ·',
  action_required: 'approved declined action_required action_required not_sent approved_late',
  outcome_unknown: 'approved declined action_required outcome_unknown not_sent approved_late',
  approved: '· · · · · ·',
  declined: '· · · · · approved_late',
  not_sent: '· · · · · approved_late',
  approved_late: '· · · · · ·',
};

describe('every state of an attempt × everything that can be heard of it', () => {
  for (const [state, row] of Object.entries(attemptMoves) as [AttemptState, string][]) {
    test.each(row.split(' ').map((next, column) => [attemptEvents[column] as AttemptEvent, next] as const))(
      `${state} + %s → %s`,
      (event, next) => {
        if (next === '·') expect(() => nextAttemptState(state, event)).toThrow(BrokenInvariant);
        else expect(nextAttemptState(state, event)).toBe(next);
      },
    );
  }
});

test('merchants see a payment that is being voided as AUTHORIZED, because the money is still held', () => {
  expect(statusOf('voiding')).toBe('AUTHORIZED');
});
