import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  captured,
  captureRefused,
  refunded,
  refundRefused,
  requestCapture,
  requestRefund,
  requestVoid,
  type Balance,
  type Payment,
} from '#domain';
import { holds } from '../support/property.ts';
import { paymentIn } from './payment-states.ts';

const eur = (minor: bigint): { minor: bigint; currency: 'EUR' } => ({ minor, currency: 'EUR' });

describe('what may be captured', () => {
  const authorized = paymentIn('authorized');

  test('all that is left, when no amount is named', () => {
    expect(requestCapture(authorized, undefined, true)).toMatchObject({ ok: true, value: { amount: eur(100n) } });
  });

  test('more than is left is refused with what is left', () => {
    const half = requestCapture(authorized, eur(60n), false);
    expect(half.ok && requestCapture(half.value.payment, eur(41n), false)).toEqual({
      ok: false,
      error: { code: 'capture_exceeds_authorization', available: eur(40n) },
    });
  });

  test('another currency is refused before the amount is looked at', () => {
    expect(requestCapture(authorized, { minor: 1n, currency: 'USD' }, true)).toEqual({
      ok: false,
      error: { code: 'currency_differs', expected: 'EUR' },
    });
  });

  test('a final capture releases the rest, a further one does not', () => {
    const asked = requestCapture(authorized, eur(60n), false);
    if (!asked.ok) throw new Error('60 of 100 can be captured');
    expect(captured(asked.value.payment, 60n, true)).toMatchObject({
      state: 'captured',
      balance: { captured: 60n, voided: 40n, capturePending: 0n },
    });
    expect(captured(asked.value.payment, 60n, false)).toMatchObject({
      state: 'partially_captured',
      balance: { captured: 60n, voided: 0n },
    });
  });
});

describe('a final capture on its way', () => {
  const asked = requestCapture(paymentIn('authorized'), eur(60n), true);
  if (!asked.ok) throw new Error('60 of 100 can be captured');
  const { payment } = asked.value;

  test('leaves nothing to others: what it will release is set aside', () => {
    expect(payment.balance).toMatchObject({ capturePending: 60n, voidPending: 40n });
    expect(requestCapture(payment, eur(1n), false)).toMatchObject({ error: { code: 'payment_not_capturable' } });
    expect(requestVoid(payment)).toMatchObject({ error: { code: 'payment_not_voidable' } });
  });

  test('gives it all back when it is refused', () => {
    expect(captureRefused(payment, 60n, true)).toEqual(paymentIn('authorized'));
  });

  test('done before an earlier one: the earlier one closes the hold, taken or refused', () => {
    const earlier = requestCapture(paymentIn('authorized'), eur(30n), false);
    const both = earlier.ok && requestCapture(earlier.value.payment, eur(50n), true);
    if (both === false || !both.ok) throw new Error('30 and 50 of 100 can be captured');
    const open = captured(both.value.payment, 50n, true);
    expect(open).toMatchObject({ state: 'partially_captured', balance: { captured: 50n, voided: 20n } });
    expect(captured(open, 30n, false)).toMatchObject({ state: 'captured', balance: { captured: 80n, voided: 20n } });
    expect(captureRefused(open, 30n, false)).toMatchObject({
      state: 'captured',
      balance: { captured: 50n, capturePending: 0n, voided: 50n },
    });
  });
});

describe('what may be refunded', () => {
  test('what another refund has set aside is not there any more', () => {
    const first = requestRefund(paymentIn('captured'), eur(100n));
    expect(first.ok && requestRefund(first.value.payment, eur(1n))).toEqual({
      ok: false,
      error: { code: 'refund_exceeds_capture', available: eur(0n) },
    });
  });

  test('a refused refund gives its amount back', () => {
    const asked = requestRefund(paymentIn('captured'), eur(100n));
    expect(asked.ok && refundRefused(asked.value.payment, 100n).balance).toEqual(paymentIn('captured').balance);
  });

  test('the last refund of an open payment leaves it partially refunded, because more can be captured', () => {
    const asked = requestRefund(paymentIn('partially_captured'), undefined);
    expect(asked.ok && refunded(asked.value.payment, 60n).state).toBe('partially_refunded');
  });
});

/** The rules that the database also checks. */
function isSound({
  authorized,
  capturePending,
  captured: taken,
  voidPending,
  voided,
  refundPending,
  refunded: given,
}: Balance): boolean {
  const parts = [authorized, capturePending, taken, voidPending, voided, refundPending, given];
  return (
    parts.every((part) => part >= 0n) &&
    capturePending + taken + voidPending + voided <= authorized &&
    refundPending + given <= taken
  );
}

const step = fc.record({
  kind: fc.constantFrom('capture', 'refund'),
  amount: fc.bigInt({ min: 1n, max: 120n }),
  final: fc.boolean(),
  works: fc.boolean(),
});

test('no order of captures and refunds, done or refused, breaks the guard row', () => {
  holds(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let payment: Payment = paymentIn('authorized');
      for (const { kind, amount, final, works } of steps) {
        if (kind === 'capture') {
          const asked = requestCapture(payment, eur(amount), final);
          if (!asked.ok) continue;
          expect(isSound(asked.value.payment.balance)).toBe(true);
          payment = works
            ? captured(asked.value.payment, amount, final)
            : captureRefused(asked.value.payment, amount, final);
        } else {
          const asked = requestRefund(payment, eur(amount));
          if (!asked.ok) continue;
          expect(isSound(asked.value.payment.balance)).toBe(true);
          payment = works ? refunded(asked.value.payment, amount) : refundRefused(asked.value.payment, amount);
        }
        expect(isSound(payment.balance)).toBe(true);
      }
    }),
  );
});
