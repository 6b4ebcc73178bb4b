import { err, ok } from '../primitives/result.ts';
import type { Result } from '../primitives/result.ts';
import { currencyExponent } from './currency.ts';
import type { CurrencyCode } from './currency.ts';
import { money } from './money.ts';
import type { Money } from './money.ts';

export type DecimalRejection =
  | { readonly code: 'not_a_decimal'; readonly text: string }
  | { readonly code: 'too_many_decimal_places'; readonly decimalPlaces: number; readonly decimalPlacesMax: number };

/** A point, no grouping, no exponent, no plus. 30 digits are far beyond any column of ours and keep the parse cheap. */
const decimalPattern = /^(-?)(0|[1-9]\d{0,29})(?:\.(\d{1,30}))?$/;

/**
 * The amount as people write it, with exactly as many decimal places as the currency has: 10.99 for 1099 minor units of
 * EUR.
 */
export function decimalOf(amount: Money): string {
  const exponent: number = currencyExponent[amount.currency];
  const sign = amount.minor < 0n ? '-' : '';
  const digits = (amount.minor < 0n ? -amount.minor : amount.minor).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Reads what `decimalOf` writes; fewer decimal places are fine. More than the currency has are refused even when they
 * are zeros: "1.500" EUR is as likely fifteen hundred as it is one and a half.
 */
export function parseDecimal<C extends CurrencyCode>(text: string, currency: C): Result<Money<C>, DecimalRejection> {
  const match = decimalPattern.exec(text);
  if (match === null) return err({ code: 'not_a_decimal', text });

  const [, sign = '', whole = '', fraction = ''] = match;
  const decimalPlacesMax: number = currencyExponent[currency];
  if (fraction.length > decimalPlacesMax) {
    return err({ code: 'too_many_decimal_places', decimalPlaces: fraction.length, decimalPlacesMax });
  }
  const magnitude = BigInt(whole + fraction.padEnd(decimalPlacesMax, '0'));
  return ok(money(sign === '-' ? -magnitude : magnitude, currency));
}
