import { invariant } from '../primitives/invariant.ts';
import type { CurrencyCode } from './currency.ts';
import { money } from './money.ts';
import type { Money } from './money.ts';

/**
 * Divides an amount in proportion to the weights. The shares always sum to the total; leftover minor units go, one
 * each, to the first shares that were rounded down, so that no share is a whole unit off its proportion and a weight of
 * zero never receives anything. A negative total is the mirror image of the positive one. Weights must not be negative and must not all be zero.
 */
export function allocate<C extends CurrencyCode>(total: Money<C>, weights: readonly bigint[]): Money<C>[] {
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  invariant(
    weights.every((weight) => weight >= 0n),
    'an allocation weight is never negative',
  );
  invariant(weightSum > 0n, 'an allocation needs at least one weight above zero');

  const sign = total.minor < 0n ? -1n : 1n;
  const magnitude = total.minor * sign;
  const floors = weights.map((weight) => (magnitude * weight) / weightSum);
  let leftover = magnitude - floors.reduce((sum, floor) => sum + floor, 0n);

  return floors.map((floor, index) => {
    const wasRounded = floor * weightSum !== magnitude * (weights[index] ?? 0n);
    const takesOne = leftover > 0n && wasRounded;
    if (takesOne) leftover -= 1n;
    return money(sign * (takesOne ? floor + 1n : floor), total.currency);
  });
}
