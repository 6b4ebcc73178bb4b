import { invariant } from '../primitives/invariant.ts';
import type { CurrencyCode } from './currency.ts';
import { money } from './money.ts';
import type { Money } from './money.ts';

/**
 * What happens to a part of a minor unit. `half_even` goes to the nearest unit, ties to the even one, and so drifts
 * neither way over many amounts; `up` goes away from zero and `down` towards it, for negative amounts too.
 */
export type Rounding = 'half_even' | 'up' | 'down';

/** One basis point is a hundredth of a per cent, so ten thousand of them are the whole. */
const basisPointsOfWhole = 10_000n;

/** A share of the amount in basis points: 290n is 2.9 %. It may exceed the whole but is never negative. */
export function shareOf<C extends CurrencyCode>(amount: Money<C>, basisPoints: bigint, rounding: Rounding): Money<C> {
  invariant(basisPoints >= 0n, `a share is never negative, not ${basisPoints} basis points`);
  return money(divide(amount.minor * basisPoints, basisPointsOfWhole, rounding), amount.currency);
}

function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const towardsZero = dividend / divisor;
  const remainder = dividend % divisor;
  if (remainder === 0n) return towardsZero;
  const awayFromZero = towardsZero + (dividend < 0n ? -1n : 1n);

  switch (rounding) {
    case 'down':
      return towardsZero;
    case 'up':
      return awayFromZero;
    case 'half_even': {
      const twice = (remainder < 0n ? -remainder : remainder) * 2n;
      if (twice === divisor) return towardsZero % 2n === 0n ? towardsZero : awayFromZero;
      return twice < divisor ? towardsZero : awayFromZero;
    }
  }
}
