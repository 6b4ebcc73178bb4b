import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '#security';
import { holds } from '../support/property.ts';

const hex = (value: unknown) => fingerprintOf(value).toString('hex');

/** The same value with every object's members in reverse order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

const payment = {
  idempotencyKey: 'order-1',
  amount: { minor: 1099n, currency: 'EUR' },
  source: { cardToken: 'tok_visa' },
  metadata: { cart: [1, 2, { b: 1, a: null }] },
};

describe('the fingerprint of an input', () => {
  it('is the SHA-256 of its canonical JSON', () => {
    // printf '%s' '{"amount":{"currency":"EUR","minor":1099},"reference":"€ 1"}' | sha256sum
    const fingerprint = hex({ reference: '€ 1', amount: { minor: 1099n, currency: 'EUR' } });
    expect(fingerprint).toBe('2a528c4df03b4b308b7d08e079ff6cc158588a20972419f21d12d555dcd5982e');
  });

  it('does not see the order of keys', () => {
    holds(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(hex(reordered(value))).toBe(hex(value));
      }),
    );
  });

  it('does not see spacing', () => {
    holds(
      fc.property(fc.json(), fc.integer({ min: 0, max: 8 }), (text, spaces) => {
        const spaced: unknown = JSON.parse(JSON.stringify(JSON.parse(text), null, spaces));
        expect(hex(spaced)).toBe(hex(JSON.parse(text)));
      }),
    );
  });

  it('does not see members that are undefined', () => {
    const { metadata, ...withoutMetadata } = payment;
    expect(metadata).toBeDefined();
    expect(hex({ ...payment, metadata: undefined })).toBe(hex(withoutMetadata));
    expect(hex({ ...payment, reason: undefined })).toBe(hex(payment));
  });

  it('does not see whether a whole number came as bigint', () => {
    holds(
      fc.property(fc.maxSafeInteger(), (minor) => {
        expect(hex({ minor: BigInt(minor) })).toBe(hex({ minor }));
      }),
    );
  });

  it('does not see the class of an input object', () => {
    class MoneyInput {
      minor = 1099n;
      currency = 'EUR';
    }
    expect(hex({ ...payment, amount: new MoneyInput() })).toBe(hex(payment));
    expect(hex(Object.assign(Object.create(null) as object, payment))).toBe(hex(payment));
  });

  it.each<[string, unknown]>([
    ['another amount', { ...payment, amount: { minor: 1100n, currency: 'EUR' } }],
    ['another currency', { ...payment, amount: { minor: 1099n, currency: 'USD' } }],
    ['text in place of a number', { ...payment, amount: { minor: '1099', currency: 'EUR' } }],
    ['another order of a list', { ...payment, metadata: { cart: [2, 1, { b: 1, a: null }] } }],
    ['absent in place of null', { ...payment, metadata: { cart: [1, 2, { b: 1 }] } }],
    ['one member more', { ...payment, reason: '' }],
    ['a blank more in a text', { ...payment, idempotencyKey: 'order-1 ' }],
  ])('sees %s', (_name, changed) => {
    expect(hex(changed)).not.toBe(hex(payment));
  });

  it('tells different values apart', () => {
    holds(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        const same = JSON.stringify(sorted(first)) === JSON.stringify(sorted(second));
        expect(hex(first) === hex(second)).toBe(same);
      }),
    );
  });

  it('tells bigints apart that one double would hold', () => {
    expect(hex(9_007_199_254_740_993n)).not.toBe(hex(9_007_199_254_740_992n));
  });

  it.each<[string, unknown]>([
    ['NaN', { minor: Number.NaN }],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['half a surrogate pair', { reference: '\ud800' }],
  ])('is not taken of %s', (_name, value) => {
    expect(() => fingerprintOf(value)).toThrow();
  });

  it('is not taken of what is absent', () => {
    expect(() => fingerprintOf(undefined)).toThrow('not of undefined');
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const);
  return Object.fromEntries(members.toSorted(([first], [second]) => (first < second ? -1 : 1)));
}
