import type { CurrencyCode } from '../money/currency.ts';
import type { Money } from '../money/money.ts';
import { shareOf } from '../money/share.ts';

/** What an acquirer charges for an authorization that is captured. */
export interface AcquirerCosts {
  readonly basisPoints: number;
  /** Minor units on top, by currency. A currency that is missing has no price: the acquirer is asked last in it. */
  readonly fixedMinor: Readonly<Partial<Record<CurrencyCode, number>>>;
}

/** One basis point is a hundredth of a per cent. */
const basisPointsOfWhole = 10_000n;

/** In ten-thousandths of a minor unit, where nothing has to be rounded; undefined where there is no price. */
export function exactCostOf(amount: Money, costs: AcquirerCosts | undefined): bigint | undefined {
  const fixed = costs?.fixedMinor[amount.currency];
  if (costs === undefined || fixed === undefined) return undefined;
  return amount.minor * BigInt(costs.basisPoints) + BigInt(fixed) * basisPointsOfWhole;
}

/** The same to the nearest minor unit, for people. */
export function costOf(amount: Money, costs: AcquirerCosts | undefined): Money | undefined {
  const fixed = costs?.fixedMinor[amount.currency];
  if (costs === undefined || fixed === undefined) return undefined;
  const share = shareOf(amount, BigInt(costs.basisPoints), 'half_even');
  return { minor: share.minor + BigInt(fixed), currency: amount.currency };
}
