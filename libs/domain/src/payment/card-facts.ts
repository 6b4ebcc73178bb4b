import { isTestCardToken, type TestCardToken } from './test-card-tokens.ts';

export type CardBrand = 'visa' | 'mastercard' | 'amex';

/** What a token tells of its card without anybody seeing the number. */
export interface CardFacts {
  readonly brand: CardBrand;
  /** Where the card was issued: ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Most of the sandbox's cards, and what is taken of a token that is not among them. */
const ordinaryCard: CardFacts = { brand: 'visa', country: 'DE' };

/** The cards that are not ordinary; several brands and countries, so that a rule about either has something to meet. */
const otherCards: Readonly<Partial<Record<TestCardToken, CardFacts>>> = {
  tok_mastercard: { brand: 'mastercard', country: 'FR' },
  tok_amex: { brand: 'amex', country: 'US' },
  tok_insufficient_funds: { brand: 'mastercard', country: 'DE' },
  tok_stolen_card: { brand: 'mastercard', country: 'GB' },
  tok_processing_error: { brand: 'mastercard', country: 'NL' },
  tok_slow: { brand: 'visa', country: 'SE' },
  tok_late_approval: { brand: 'mastercard', country: 'PL' },
  tok_3ds_required: { brand: 'visa', country: 'FR' },
  tok_high_risk: { brand: 'visa', country: 'US' },
  tok_review: { brand: 'mastercard', country: 'US' },
  tok_disputed: { brand: 'visa', country: 'GB' },
  tok_early_warning: { brand: 'mastercard', country: 'GB' },
};

export function cardFactsOf(token: string): CardFacts {
  return (isTestCardToken(token) ? otherCards[token] : undefined) ?? ordinaryCard;
}
