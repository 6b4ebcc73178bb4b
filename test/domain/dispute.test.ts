import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allowedActions,
  BrokenInvariant,
  closeDispute,
  disputeTransitions,
  openDispute,
  refunded,
  refundRefused,
  requestCapture,
  requestRefund,
  submitEvidence,
  type Balance,
  type Dispute,
  type DisputedPayment,
  type DisputeEvent,
  type DisputeOutcome,
  type DisputeStatus,
  type Payment,
} from '#domain';
import { holds } from '../support/property.ts';
import { paymentIn } from './payment-states.ts';

const eur = (minor: bigint): { minor: bigint; currency: 'EUR' } => ({ minor, currency: 'EUR' });

const openedAt = new Date('2026-12-01T10:00:00Z');
const dueAt = new Date('2026-12-08T10:00:00Z');
const closedAt = new Date('2026-12-05T10:00:00Z');

const told = (minor: bigint): Omit<Dispute, 'status' | 'closedAt'> => ({
  id: 'dsp_01m7xw6x1seak8sd6yf8gva7q8',
  acquirer: 'alpha',
  acquirerDispute: 'dp_1',
  amount: eur(minor),
  reason: 'product_not_received',
  evidenceDueAt: dueAt,
  openedAt,
});

const some = (part: Partial<Balance>): Balance => ({ ...paymentIn('processing').balance, ...part });

function opened(payment: Payment, minor: bigint): DisputedPayment {
  const result = openDispute(payment, told(minor));
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

function closed({ payment, dispute }: DisputedPayment, outcome: DisputeOutcome): DisputedPayment {
  const result = closeDispute(payment, dispute, outcome, closedAt);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

test('the lifecycle, by hand', () => {
  const rows: [DisputeStatus, DisputeEvent, DisputeStatus | undefined][] = [
    ['opened', 'submit_evidence', 'evidence_submitted'],
    ['opened', 'win', 'won'],
    ['opened', 'lose', 'lost'],
    ['evidence_submitted', 'submit_evidence', undefined],
    ['evidence_submitted', 'win', 'won'],
    ['evidence_submitted', 'lose', 'lost'],
    ['won', 'submit_evidence', undefined],
    ['won', 'win', undefined],
    ['won', 'lose', undefined],
    ['lost', 'submit_evidence', undefined],
    ['lost', 'win', undefined],
    ['lost', 'lose', undefined],
  ];
  const table: Record<DisputeStatus, Partial<Record<DisputeEvent, DisputeStatus>>> = disputeTransitions;
  for (const [status, event, next] of rows) expect(table[status][event], `${status} ${event}`).toBe(next);
});

describe('a dispute that is opened', () => {
  test('sets its amount aside', () => {
    const { payment, dispute } = opened(paymentIn('captured'), 70n);
    expect(payment).toEqual({
      ...paymentIn('captured'),
      balance: some({ authorized: 100n, captured: 100n, disputed: 70n }),
    });
    expect(dispute).toEqual({ ...told(70n), status: 'opened', closedAt: null });
  });

  test.each<[what: string, balance: Partial<Balance>, available: bigint]>([
    ['all that was captured', { authorized: 100n, captured: 60n }, 60n],
    ['what was refunded already', { authorized: 100n, captured: 100n, refunded: 100n }, 100n],
    ['what is being refunded', { authorized: 100n, captured: 100n, refundPending: 100n }, 100n],
    ['what may have been captured', { authorized: 100n, capturePending: 100n }, 100n],
    ['what no other dispute is about', { authorized: 100n, captured: 100n, disputed: 30n }, 70n],
    ['what no other dispute has taken', { authorized: 100n, captured: 100n, chargedBack: 30n }, 70n],
    ['nothing of what was never captured', { authorized: 100n, voided: 100n }, 0n],
  ])('may be about %s, and not about more', (_what, part, available) => {
    const payment = paymentIn('captured', { balance: some(part) });
    if (available > 0n) expect(openDispute(payment, told(available))).toMatchObject({ ok: true });
    expect(openDispute(payment, told(available + 1n))).toEqual({
      ok: false,
      error: { code: 'dispute_exceeds_capture', available: eur(available) },
    });
  });

  test('is about what others have taken since, when it is told only after it was won', () => {
    const payment = paymentIn('captured', { balance: some({ authorized: 100n, captured: 100n, chargedBack: 100n }) });
    expect(openDispute(payment, told(100n), 'won')).toMatchObject({ ok: true });
    expect(openDispute(payment, told(101n), 'won')).toMatchObject({ ok: false });
    expect(openDispute(payment, told(100n), 'lost')).toMatchObject({ ok: false });
  });

  test('is in the currency of the payment', () => {
    expect(openDispute(paymentIn('captured'), { ...told(1n), amount: { minor: 1n, currency: 'USD' } })).toEqual({
      ok: false,
      error: { code: 'dispute_in_other_currency', expected: 'EUR' },
    });
  });
});

describe('refunds', () => {
  test('are refused while any dispute is open, whatever it is about', () => {
    const { payment } = opened(paymentIn('captured'), 1n);
    expect(requestRefund(payment, eur(10n))).toEqual({ ok: false, error: { code: 'payment_disputed', payment } });
    expect(requestRefund(payment, undefined)).toEqual({ ok: false, error: { code: 'payment_disputed', payment } });
    expect(allowedActions(payment)).toEqual([]);
  });

  test('of another currency hear of that first', () => {
    const { payment } = opened(paymentIn('captured'), 1n);
    expect(requestRefund(payment, { minor: 1n, currency: 'USD' })).toMatchObject({
      error: { code: 'currency_differs' },
    });
  });

  test('leave what may still be captured alone', () => {
    const { payment } = opened(paymentIn('partially_captured'), 60n);
    expect(allowedActions(payment)).toEqual(['CAPTURE', 'VOID']);
    expect(requestCapture(payment, eur(40n), true)).toMatchObject({ ok: true });
  });

  test('can be had again after a dispute that was won', () => {
    const { payment } = closed(opened(paymentIn('captured'), 70n), 'won');
    expect(payment).toEqual(paymentIn('captured'));
    expect(requestRefund(payment, undefined)).toMatchObject({ ok: true, value: { amount: eur(100n) } });
  });

  test('never give back what a lost dispute has taken', () => {
    const { payment } = closed(opened(paymentIn('captured'), 70n), 'lost');
    expect(payment.balance).toEqual(some({ authorized: 100n, captured: 100n, chargedBack: 70n }));
    expect(requestRefund(payment, eur(31n))).toEqual({
      ok: false,
      error: { code: 'refund_exceeds_capture', available: eur(30n) },
    });
    expect(requestRefund(payment, undefined)).toMatchObject({ ok: true, value: { amount: eur(30n) } });
  });

  test('of money that went back twice leave nothing, and not less than nothing', () => {
    const { payment } = closed(opened(paymentIn('partially_refunded'), 100n), 'lost');
    expect(requestRefund(payment, eur(1n))).toEqual({
      ok: false,
      error: { code: 'refund_exceeds_capture', available: eur(0n) },
    });
    expect(allowedActions(payment)).toEqual([]);
  });

  test('that were on their way when the dispute came end as they would have', () => {
    const asked = requestRefund(paymentIn('captured'), eur(40n));
    if (!asked.ok) throw new Error(asked.error.code);
    const { payment } = opened(asked.value.payment, 100n);
    expect(refunded(payment, 40n)).toMatchObject({
      state: 'partially_refunded',
      balance: { refunded: 40n, refundPending: 0n, disputed: 100n },
    });
    expect(refundRefused(payment, 40n)).toMatchObject({ balance: { refundPending: 0n, disputed: 100n } });
  });
});

describe('a dispute that is closed', () => {
  test.each<[DisputeOutcome]>([['won'], ['lost']])('as %s tells when, and hears the same twice', (outcome) => {
    const once = closed(opened(paymentIn('captured'), 70n), outcome);
    expect(once.dispute).toEqual({ ...told(70n), status: outcome, closedAt });
    const again = closeDispute(once.payment, once.dispute, outcome, new Date('2026-12-06T10:00:00Z'));
    expect(again).toEqual({ ok: true, value: once });
  });

  test('does not change its mind', () => {
    const { payment, dispute } = closed(opened(paymentIn('captured'), 70n), 'won');
    expect(closeDispute(payment, dispute, 'lost', closedAt)).toEqual({
      ok: false,
      error: { code: 'dispute_closed_otherwise', status: 'won' },
    });
  });
});

describe('evidence', () => {
  const { dispute } = opened(paymentIn('captured'), 70n);

  test('is taken until it is due', () => {
    expect(submitEvidence(dispute, dueAt)).toEqual({ ok: true, value: { ...dispute, status: 'evidence_submitted' } });
    expect(submitEvidence(dispute, new Date(dueAt.getTime() + 1))).toEqual({
      ok: false,
      error: { code: 'evidence_overdue', dispute },
    });
  });

  test.each<[DisputeStatus]>([['evidence_submitted'], ['won'], ['lost']])('is not taken when it is %s', (status) => {
    const late = { ...dispute, status };
    expect(submitEvidence(late, openedAt)).toEqual({
      ok: false,
      error: { code: 'dispute_takes_no_evidence', dispute: late },
    });
  });
});

const step = fc.record({
  kind: fc.constantFrom('refund', 'dispute'),
  amount: fc.bigInt({ min: 1n, max: 120n }),
  works: fc.boolean(),
  closes: fc.boolean(),
});

test('no order of refunds and disputes breaks the guard row, or refunds what was charged back', () => {
  holds(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let payment: Payment = paymentIn('captured');
      const open: Dispute[] = [];
      for (const { kind, amount, works, closes } of steps) {
        const before = payment.balance;
        if (kind === 'refund') {
          const asked = requestRefund(payment, eur(amount));
          if (!asked.ok) continue;
          expect(before.disputed).toBe(0n);
          payment = works ? refunded(asked.value.payment, amount) : refundRefused(asked.value.payment, amount);
          expect(payment.balance.refunded + payment.balance.chargedBack).toBeLessThanOrEqual(
            before.refunded + before.chargedBack > 100n ? before.refunded + before.chargedBack : 100n,
          );
        } else if (closes) {
          const dispute = open.pop();
          if (dispute !== undefined) ({ payment } = closed({ payment, dispute }, works ? 'won' : 'lost'));
        } else {
          const result = openDispute(payment, told(amount));
          if (!result.ok) continue;
          ({ payment } = result.value);
          open.push(result.value.dispute);
        }
        const { authorized, captured, refundPending, refunded: given, disputed, chargedBack } = payment.balance;
        expect(disputed).toBe(open.reduce((sum, dispute) => sum + dispute.amount.minor, 0n));
        expect(disputed + chargedBack <= authorized && refundPending + given <= captured).toBe(true);
        expect(disputed >= 0n && chargedBack >= 0n).toBe(true);
      }
    }),
  );
});

test('an illegal move is a broken promise of our own', () => {
  const { payment, dispute } = opened(paymentIn('captured'), 70n);
  const impossible: Dispute = { ...dispute, status: 'won' };
  expect(() => closeDispute(payment, impossible, 'lost', closedAt)).toThrow(BrokenInvariant);
});
