import { invariant } from '../primitives/invariant.ts';
import type { CurrencyCode } from './currency.ts';

/**
 * An amount in whole minor units of one currency: 10.99 EUR is 1099n. The second operand of every operation must be of
 * the first one's currency. Where the compiler knows both, another one does not compile; where it does not, it is a
 * broken invariant.
 */
export type Money<C extends CurrencyCode = CurrencyCode> = { readonly minor: bigint; readonly currency: C };

export function money<C extends CurrencyCode>(minor: bigint, currency: C): Money<C> {
  return { minor, currency };
}

export function zero<C extends CurrencyCode>(currency: C): Money<C> {
  return money(0n, currency);
}

export function add<C extends CurrencyCode>(augend: Money<C>, addend: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(augend, addend);
  return money(augend.minor + addend.minor, augend.currency);
}

/** The difference may be negative. */
export function subtract<C extends CurrencyCode>(minuend: Money<C>, subtrahend: Money<NoInfer<C>>): Money<C> {
  assertSameCurrency(minuend, subtrahend);
  return money(minuend.minor - subtrahend.minor, minuend.currency);
}

export function negate<C extends CurrencyCode>(amount: Money<C>): Money<C> {
  return money(-amount.minor, amount.currency);
}

/** −1 when the first is less, 1 when it is more, 0 when both are equal. */
export function compare<C extends CurrencyCode>(first: Money<C>, second: Money<NoInfer<C>>): -1 | 0 | 1 {
  assertSameCurrency(first, second);
  if (first.minor === second.minor) return 0;
  return first.minor < second.minor ? -1 : 1;
}

export function isZero(amount: Money): boolean {
  return amount.minor === 0n;
}

export function isPositive(amount: Money): boolean {
  return amount.minor > 0n;
}

function assertSameCurrency(first: Money, second: Money): void {
  invariant(
    first.currency === second.currency,
    `${first.currency} and ${second.currency} cannot meet in one sum or comparison`,
  );
}
