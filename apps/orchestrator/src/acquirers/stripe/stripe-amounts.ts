import { currencyExponent, isCurrencyCode, money, type CurrencyCode, type Money } from '#domain';

/**
 * Decimal places in which Stripe writes a currency, where they are not those of ISO 4217 (its page on supported
 * currencies): the ariary without its fifths, the krona and the shilling still with the decimals that they no longer have.
 */
const stripeExponents: Partial<Readonly<Record<CurrencyCode, number>>> = { MGA: 0, ISK: 2, UGX: 2 };

/** Currencies with three decimals that Stripe takes. The card networks want the last digit to be zero. */
const threeDecimals: readonly CurrencyCode[] = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

/** The amount as Stripe writes it, or why it cannot be written there. Nothing is ever rounded. */
export function stripeAmountOf(amount: Money): { readonly units: number } | { readonly refused: string } {
  const { minor, currency } = amount;
  const exponent = currencyExponent[currency];
  if (exponent > 2 && !threeDecimals.includes(currency)) {
    return { refused: `Stripe does not take ${currency}` };
  }
  if (exponent === 3 && minor % 10n !== 0n) {
    return { refused: `Stripe takes ${currency} with two decimals only, so the last digit must be zero` };
  }
  const shift = (stripeExponents[currency] ?? exponent) - exponent;
  const divisor = shift < 0 ? 10n ** BigInt(-shift) : 1n;
  if (minor % divisor !== 0n) return { refused: `Stripe takes whole ${currency} only` };
  const units = (minor / divisor) * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) return { refused: 'the amount is beyond any that Stripe takes' };
  return { units: Number(units) };
}

/** Reads an amount of Stripe's. Undefined where it is none that we could have asked for. */
export function moneyOfStripe(units: number, stripeCurrency: string): Money | undefined {
  const currency = stripeCurrency.toUpperCase();
  if (!isCurrencyCode(currency) || !Number.isSafeInteger(units)) return undefined;
  const shift = (stripeExponents[currency] ?? currencyExponent[currency]) - currencyExponent[currency];
  const divisor = shift > 0 ? 10n ** BigInt(shift) : 1n;
  const minor = BigInt(units) * (shift < 0 ? 10n ** BigInt(-shift) : 1n);
  return minor % divisor === 0n ? money(minor / divisor, currency) : undefined;
}
