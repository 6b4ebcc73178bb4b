import { expect, test } from 'vitest';
import { cardFactsOf, testCardTokens } from '#domain';

test.for([
  ['tok_visa', 'visa', 'DE'],
  ['tok_mastercard', 'mastercard', 'FR'],
  ['tok_amex', 'amex', 'US'],
  ['tok_slow', 'visa', 'SE'],
  ['tok_declined', 'visa', 'DE'],
])('%s is a %s card of %s', ([token, brand, country]) => {
  expect(cardFactsOf(token ?? '')).toEqual({ brand, country });
});

test('every card has a country in two capital letters', () => {
  for (const token of Object.keys(testCardTokens)) expect(cardFactsOf(token).country).toMatch(/^[A-Z]{2}$/);
});

test('a token that is no card of the sandbox is an ordinary one', () => {
  for (const token of ['pm_card_visa', 'constructor', '']) {
    expect(cardFactsOf(token)).toEqual({ brand: 'visa', country: 'DE' });
  }
});
