import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BrokenInvariant,
  add,
  allocate,
  compare,
  currencyCodes,
  currencyExponent,
  decimalOf,
  isCurrencyCode,
  isPositive,
  isZero,
  money,
  negate,
  parseDecimal,
  shareOf,
  subtract,
  zero,
} from '#domain';
import type { CurrencyCode, Money } from '#domain';
import { holds } from '../support/property.ts';

const dynamicMoney = (minor: bigint, currency: CurrencyCode): Money => money(minor, currency);

describe('currencies', () => {
  it('are the 165 codes of ISO 4217 that have a minor unit', () => {
    expect(currencyCodes).toHaveLength(165);
  });

  it.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ])('with %i decimal places are %s', (exponent, codes) => {
    const found = currencyCodes.filter((code) => currencyExponent[code] === exponent);
    expect(found.join(' ')).toBe(codes);
  });

  it.each(['EUR', 'XCG', 'ZWG', 'SLE', 'VED', 'XAD'])('know %s', (code) => {
    expect(isCurrencyCode(code)).toBe(true);
  });

  it.each(['eur', 'EU', 'EURO', 'HRK', 'BGN', 'ANG', 'ZWL', 'XXX', 'XTS', 'XAU', '', 'constructor', '__proto__'])(
    'do not know "%s"',
    (code) => {
      expect(isCurrencyCode(code)).toBe(false);
    },
  );
});

describe('money', () => {
  it('adds, subtracts, negates and compares within a currency', () => {
    expect(add(money(1099n, 'EUR'), money(1n, 'EUR'))).toEqual({ minor: 1100n, currency: 'EUR' });
    expect(subtract(money(5n, 'JPY'), money(7n, 'JPY'))).toEqual({ minor: -2n, currency: 'JPY' });
    expect(negate(money(5n, 'BHD'))).toEqual({ minor: -5n, currency: 'BHD' });
    expect(compare(money(1n, 'EUR'), money(2n, 'EUR'))).toBe(-1);
    expect(compare(money(2n, 'EUR'), money(2n, 'EUR'))).toBe(0);
    expect(compare(money(3n, 'EUR'), money(2n, 'EUR'))).toBe(1);
  });

  it('knows zero and what is above it', () => {
    expect(isZero(zero('EUR'))).toBe(true);
    expect(isZero(money(-1n, 'EUR'))).toBe(false);
    expect(isPositive(money(1n, 'EUR'))).toBe(true);
    expect(isPositive(zero('EUR'))).toBe(false);
    expect(isPositive(money(-1n, 'EUR'))).toBe(false);
  });

  it('of two currencies does not compile, and is a broken invariant where it does', () => {
    // @ts-expect-error euros plus dollars
    expect(() => add(money(1n, 'EUR'), money(1n, 'USD'))).toThrow(BrokenInvariant);
    // @ts-expect-error euros minus dollars
    expect(() => subtract(money(1n, 'EUR'), money(1n, 'USD'))).toThrow(BrokenInvariant);
    // @ts-expect-error euros against dollars
    expect(() => compare(money(1n, 'EUR'), money(1n, 'USD'))).toThrow(BrokenInvariant);
    expect(() => add(dynamicMoney(1n, 'EUR'), dynamicMoney(1n, 'USD'))).toThrow('EUR and USD');
  });

  it('of an unknown currency does not compile', () => {
    // @ts-expect-error no such currency
    expect(money(1n, 'EURO')).toBeDefined();
    // @ts-expect-error an amount is a bigint
    expect(money(1.5, 'EUR')).toBeDefined();
  });
});

describe('an amount divided among several', () => {
  it.each([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [101n, [1n, 1n, 1n], [34n, 34n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [5n, [0n, 1n, 1n], [0n, 3n, 2n]],
    [1n, [70n, 20n, 10n], [1n, 0n, 0n]],
    [1000n, [70n, 20n, 10n], [700n, 200n, 100n]],
    [3n, [8n, 9n, 7n], [1n, 2n, 0n]],
    [-3n, [8n, 9n, 7n], [-1n, -2n, 0n]],
    [0n, [1n, 2n], [0n, 0n]],
    [7n, [3n], [7n]],
  ])('%s by %s', (total, weights, shares) => {
    expect(allocate(money(total, 'EUR'), weights).map((share) => share.minor)).toEqual(shares);
  });

  it.each([
    ['no weight', []],
    ['only zeros', [0n, 0n]],
    ['a negative weight', [2n, -1n]],
  ])('needs better than %s', (_name, weights) => {
    expect(() => allocate(money(1n, 'EUR'), weights)).toThrow(BrokenInvariant);
  });

  it('loses and invents nothing up to 10^15, and no share is a whole unit off its proportion', () => {
    const totals = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    const weightLists = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 40 })
      .filter((weights) => weights.some((weight) => weight > 0n));
    holds(
      fc.property(totals, weightLists, (total, weights) => {
        const shares = allocate(money(total, 'EUR'), weights).map((share) => share.minor);
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total);

        const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
        shares.forEach((share, index) => {
          const distance = share * weightSum - total * (weights[index] ?? 0n);
          expect(distance < weightSum && distance > -weightSum).toBe(true);
        });
      }),
    );
  });
});

describe('an amount as a decimal', () => {
  it.each([
    [1099n, 'EUR', '10.99'],
    [5n, 'EUR', '0.05'],
    [-5n, 'EUR', '-0.05'],
    [0n, 'EUR', '0.00'],
    [100n, 'EUR', '1.00'],
    [1099n, 'JPY', '1099'],
    [-1n, 'JPY', '-1'],
    [0n, 'JPY', '0'],
    [1099n, 'BHD', '1.099'],
    [1n, 'CLF', '0.0001'],
    [9_007_199_254_740_993n, 'UYW', '900719925474.0993'],
  ] as const)('%s minor units of %s are %s', (minor, currency, text) => {
    expect(decimalOf(money(minor, currency))).toBe(text);
    expect(parseDecimal(text, currency)).toEqual({ ok: true, value: { minor, currency } });
  });

  it.each([
    ['1', 'EUR', 100n],
    ['1.5', 'EUR', 150n],
    ['-0', 'EUR', 0n],
    ['2', 'CLF', 20_000n],
  ] as const)('%s %s may leave decimal places out', (text, currency, minor) => {
    expect(parseDecimal(text, currency)).toEqual({ ok: true, value: { minor, currency } });
  });

  it.each([
    ['1.005', 'EUR', 3, 2],
    ['1.500', 'EUR', 3, 2],
    ['1.0', 'JPY', 1, 0],
    ['0.00001', 'CLF', 5, 4],
  ] as const)('%s %s has more decimal places than the currency', (text, currency, decimalPlaces, decimalPlacesMax) => {
    const error = { code: 'too_many_decimal_places', decimalPlaces, decimalPlacesMax };
    expect(parseDecimal(text, currency)).toEqual({ ok: false, error });
  });

  it.each(['', '.', '1.', '.5', '+1', '1,50', '1 000', '1e3', '0x10', '01', '--1', ' 1', '1\n', '١', '1'.repeat(31)])(
    '"%s" is no decimal',
    (text) => {
      expect(parseDecimal(text, 'EUR')).toEqual({ ok: false, error: { code: 'not_a_decimal', text } });
    },
  );

  it.each(['JPY', 'EUR', 'BHD', 'CLF'] as const)('comes back exactly in %s', (currency) => {
    holds(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (minor) => {
        expect(parseDecimal(decimalOf(money(minor, currency)), currency)).toEqual({
          ok: true,
          value: { minor, currency },
        });
      }),
    );
  });
});

describe('a share of an amount', () => {
  // 2.5 % of the amount: 20 gives a half, 60 one and a half, 100 two and a half, 10 a quarter, 30 three quarters.
  it.each([
    [20n, 0n, 1n, 0n],
    [60n, 2n, 2n, 1n],
    [100n, 2n, 3n, 2n],
    [10n, 0n, 1n, 0n],
    [30n, 1n, 1n, 0n],
    [40n, 1n, 1n, 1n],
    [0n, 0n, 0n, 0n],
    [-20n, 0n, -1n, 0n],
    [-60n, -2n, -2n, -1n],
    [-30n, -1n, -1n, 0n],
  ])('2.5 %% of %s is %s half_even, %s up, %s down', (minor, halfEven, up, down) => {
    const amount = money(minor, 'EUR');
    expect(shareOf(amount, 250n, 'half_even').minor).toBe(halfEven);
    expect(shareOf(amount, 250n, 'up').minor).toBe(up);
    expect(shareOf(amount, 250n, 'down').minor).toBe(down);
  });

  it('is exact where floating point is not', () => {
    expect(shareOf(money(9_007_199_254_740_993n, 'EUR'), 10_000n, 'half_even').minor).toBe(9_007_199_254_740_993n);
  });

  it('may exceed the whole but is never negative', () => {
    expect(shareOf(money(100n, 'EUR'), 15_000n, 'down').minor).toBe(150n);
    expect(() => shareOf(money(100n, 'EUR'), -1n, 'down')).toThrow(BrokenInvariant);
  });
});
