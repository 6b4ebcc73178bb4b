import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  captured,
  captureRefused,
  refunded,
  refundRefused,
  requestCapture,
  requestRefund,
  type Balance,
  type Payment,
} from '#domain';
import { holds } from '../support/property.ts';
import { paymentIn } from './payment-states.ts';

const eur = (minor: bigint): { minor: bigint; currency: 'EUR' } => ({ minor, currency: 'EUR' });

describe('what may be captured', () => {
  const authorized = paymentIn('authorized');

  test('all that is left, when no amount is named', () => {
    expect(requestCapture(authorized, undefined)).toMatchObject({ ok: true, value: { amount: eur(100n) } });
  });

  test('more than is left is refused with what is left', () => {
    const half = requestCapture(authorized, eur(60n));
    expect(half.ok && requestCapture(half.value.payment, eur(41n))).toEqual({
      ok: false,
      error: { code: 'capture_exceeds_authorization', available: eur(40n) },
    });
  });

  test('another currency is refused before the amount is looked at', () => {
    expect(requestCapture(authorized, { minor: 1n, currency: 'USD' })).toEqual({
      ok: false,
      error: { code: 'currency_differs', expected: 'EUR' },
    });
  });

  test('a final capture releases the rest, a further one does not', () => {
    const asked = requestCapture(authorized, eur(60n));
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
  voided,
  refundPending,
  refunded: given,
}: Balance): boolean {
  const parts = [authorized, capturePending, taken, voided, refundPending, given];
  return (
    parts.every((part) => part >= 0n) && capturePending + taken + voided <= authorized && refundPending + given <= taken
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
          const asked = requestCapture(payment, eur(amount));
          if (!asked.ok) continue;
          expect(isSound(asked.value.payment.balance)).toBe(true);
          payment = works ? captured(asked.value.payment, amount, final) : captureRefused(asked.value.payment, amount);
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
