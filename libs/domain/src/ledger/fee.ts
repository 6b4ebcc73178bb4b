import type { CurrencyCode } from '../money/currency.ts';
import { add, compare, isPositive } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { shareOf } from '../money/share.ts';
import { invariant } from '../primitives/invariant.ts';

/**
 * What a merchant pays for each capture in one currency: a share in basis points (290n is 2.9 %) and a fixed amount.
 */
export type FeeTerms<C extends CurrencyCode = CurrencyCode> = {
  readonly basisPoints: bigint;
  readonly fixed: Money<C>;
};

/**
 * The fee of one capture, rounded half to even and never more than the capture itself: nobody owes us for having been
 * paid.
 */
export function feeOf<C extends CurrencyCode>(amount: Money<C>, terms: FeeTerms<NoInfer<C>>): Money<C> {
  invariant(isPositive(amount), `a fee is taken from an amount above zero, not ${amount.minor}`);
  invariant(terms.fixed.minor >= 0n, `a fixed fee is never negative, not ${terms.fixed.minor}`);
  const fee = add(shareOf(amount, terms.basisPoints, 'half_even'), terms.fixed);
  return compare(fee, amount) > 0 ? amount : fee;
}

/** Throws unless the fee is one that `feeOf` could have named for this capture. */
export function assertFeeWithin(amount: Money, fee: Money): void {
  invariant(fee.minor >= 0n && compare(fee, amount) <= 0, `a fee of ${fee.minor} on a capture of ${amount.minor}`);
}
