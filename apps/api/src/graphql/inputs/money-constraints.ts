import { currencyExponent, isCurrencyCode, parseDecimal, type CurrencyCode } from '#domain';
import { constraint } from './constraint.ts';

/** A whole, positive number of minor units that JSON carries exactly. Where it can, the message tells the right number. */
export function IsAmount(): PropertyDecorator {
  return constraint((value, input) => {
    const minor = Number(value);
    if (minor > Number.MAX_SAFE_INTEGER) {
      return `An amount is at most ${Number.MAX_SAFE_INTEGER} minor units (2^53 − 1): JSON carries no larger number exactly.`;
    }
    if (minor <= 0) return 'An amount is at least 1 minor unit.';
    return Number.isInteger(minor) ? undefined : fractionProblem(minor, input);
  });
}

function fractionProblem(minor: number, input: object): string {
  const currency = 'currency' in input ? String(input.currency) : '';
  if (!isCurrencyCode(currency)) return 'An amount is a whole number of minor units: 10.99 EUR is 1099.';
  const meant = parseDecimal(String(minor), currency);
  return meant.ok
    ? `An amount is a whole number of minor units: for ${minor} ${currency} send ${meant.value.minor}.`
    : `An amount is a whole number of minor units, and ${currency} has ${decimalPlaces(currency)}.`;
}

function decimalPlaces(currency: CurrencyCode): string {
  const exponent: number = currencyExponent[currency];
  return exponent === 0 ? 'no decimal places' : `${exponent} decimal places`;
}

/** A code of ISO 4217 that has minor units. */
export function IsCurrency(): PropertyDecorator {
  return constraint((value) => {
    const code = String(value);
    if (isCurrencyCode(code)) return undefined;
    const upperCase = code.toUpperCase();
    const hint = isCurrencyCode(upperCase) ? `Write ${upperCase}.` : 'Use three capital letters, for example EUR.';
    return `This is not a currency code of ISO 4217. ${hint}`;
  });
}
