import { Inject, Injectable } from '@nestjs/common';
import { currencyExponent, err, ok, type Clock, type CurrencyCode, type Ids, type Result, type Terms } from '#domain';
import { CLOCK, IDS } from '#runtime';
import { MerchantStore, type Merchant } from '../stores/merchant-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';

/** Amounts in minor units of the currency, as they came in. What is null is as for everybody. */
export interface CurrencyTerms {
  readonly currency: CurrencyCode;
  readonly feeFixed: number | null;
  readonly riskLimit: number | null;
  readonly riskFloor: number | null;
}

export interface CreateMerchantCommand {
  readonly name: string;
  readonly feeBasisPoints: number;
  /** Currencies with terms of their own. */
  readonly currencies: readonly CurrencyTerms[];
  /** Currencies with the ordinary terms. */
  readonly enabledCurrencies: readonly CurrencyCode[];
}

const nameLengthMax = 200;

/** All of the payment. */
const feeBasisPointsMax = 10_000;

/**
 * In a currency with two decimals a person looks at more than 10 000.00, and up to 50.00 goes on while risk is silent. A
 * unit without decimals (yen) is worth about a hundredth of one that has two, so its minor units count the same; three
 * decimals and more are subdivisions of a unit that is worth no less.
 */
const ordinary = { riskLimit: 1_000_000n, riskFloor: 5_000n, patienceMs: 60_000 };

/** Takes a merchant in, with what was agreed: fees, and in which currencies it may take how much. */
@Injectable()
export class CreateMerchant {
  constructor(
    private readonly merchants: MerchantStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(command: CreateMerchantCommand): Promise<Result<Merchant, AdminRefusal>> {
    const refusal = refusalOf(command);
    if (refusal !== undefined) return err(refusal);
    const { feeBasisPoints } = command;
    const enabled = command.enabledCurrencies.map((currency) => ({
      currency,
      feeFixed: null,
      riskLimit: null,
      riskFloor: null,
    }));
    const all = [...command.currencies, ...enabled].toSorted((one, other) =>
      one.currency.localeCompare(other.currency),
    );
    const merchant: Merchant = {
      id: this.ids.next('mer'),
      name: command.name.trim(),
      feeBasisPoints,
      patienceMs: ordinary.patienceMs,
      currencies: new Map(all.map((terms) => [terms.currency, termsOf(terms, feeBasisPoints)])),
      createdAt: this.clock.now(),
    };
    await this.merchants.create(merchant);
    return ok(merchant);
  }
}

function refusalOf({ name, feeBasisPoints, currencies, enabledCurrencies }: CreateMerchantCommand) {
  const { length } = name.trim();
  if (length < 1 || length > nameLengthMax) return invalid(`A name has 1 to ${nameLengthMax} characters.`, 'name');
  if (!Number.isInteger(feeBasisPoints) || feeBasisPoints < 0 || feeBasisPoints > feeBasisPointsMax) {
    return invalid(`Basis points are a whole number from 0 to ${feeBasisPointsMax}; 150 are 1.5 %.`, 'feeBasisPoints');
  }
  if (currencies.length + enabledCurrencies.length === 0) {
    return invalid('Name at least one currency, or the merchant could take no payment.', 'enabledCurrencies');
  }
  const named = [...currencies.map(({ currency }) => currency), ...enabledCurrencies];
  const twice = named.find((code, index) => named.indexOf(code) !== index);
  if (twice !== undefined) return invalid(`${twice} is named twice; each currency has one set of terms.`, 'currencies');
  return firstOf(currencies.map(refusalOfTerms));
}

function refusalOfTerms(terms: CurrencyTerms, index: number): AdminRefusal | undefined {
  const amounts = { feeFixed: terms.feeFixed, riskLimit: terms.riskLimit, riskFloor: terms.riskFloor };
  for (const [field, minor] of Object.entries(amounts)) {
    if (minor !== null && (minor < 0 || !Number.isSafeInteger(minor))) {
      return invalid('An amount is a whole number of minor units from 0 to 2^53−1.', 'currencies', `${index}`, field);
    }
  }
  const { riskLimit, riskFloor } = termsOf(terms, 0);
  return riskFloor > riskLimit
    ? invalid('The floor may not be above the limit.', 'currencies', `${index}`, 'riskFloor')
    : undefined;
}

function termsOf(terms: CurrencyTerms, feeBasisPoints: number): Terms {
  const subdivision = 10n ** BigInt(Math.max(0, currencyExponent[terms.currency] - 2));
  return {
    feeBasisPoints,
    feeFixed: BigInt(terms.feeFixed ?? 0),
    riskLimit: terms.riskLimit === null ? ordinary.riskLimit * subdivision : BigInt(terms.riskLimit),
    riskFloor: terms.riskFloor === null ? ordinary.riskFloor * subdivision : BigInt(terms.riskFloor),
    routingVersion: 0,
    patienceMs: ordinary.patienceMs,
  };
}

function firstOf(refusals: readonly (AdminRefusal | undefined)[]): AdminRefusal | undefined {
  return refusals.find((refusal) => refusal !== undefined);
}

function invalid(message: string, ...path: string[]): AdminRefusal {
  return { code: 'invalid_input', message, path: ['input', ...path] };
}
