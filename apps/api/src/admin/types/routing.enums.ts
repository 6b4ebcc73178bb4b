import { registerEnumType } from '@nestjs/graphql';
import { cardBrands, type RoutingProblemCode, type RoutingStrategy } from '#domain';

export const CardBrandType = Object.fromEntries(cardBrands.map((brand) => [brand.toUpperCase(), brand]));

registerEnumType(CardBrandType, { name: 'CardBrand', description: 'Whose mark is on a card.' });

export const RoutingStrategyKindType = {
  PRIORITY: 'priority',
  SPLIT: 'split',
  CHEAPEST: 'cheapest',
  SUCCESS_RATE: 'success_rate',
} as const satisfies Record<string, RoutingStrategy['kind']>;

registerEnumType(RoutingStrategyKindType, {
  name: 'RoutingStrategyKind',
  description: 'How an acquirer is chosen.',
  valuesMap: {
    PRIORITY: { description: 'The first that can be used.' },
    SPLIT: { description: 'Each its share; the same payment always the same one.' },
    CHEAPEST: { description: 'Whichever charges least for the amount.' },
    SUCCESS_RATE: { description: 'Whichever approves most, as far as is known; the less is known, the more is tried.' },
  },
});

/** Total: a new problem does not compile without its name. */
const problemNames = {
  unknown_acquirer: 'UNKNOWN_ACQUIRER',
  unknown_currency: 'UNKNOWN_CURRENCY',
  unknown_brand: 'UNKNOWN_BRAND',
  unknown_country: 'UNKNOWN_COUNTRY',
  empty_list: 'EMPTY_LIST',
  duplicate: 'DUPLICATE',
  percent_out_of_range: 'PERCENT_OUT_OF_RANGE',
  split_not_100: 'SPLIT_NOT_100',
  amount_out_of_range: 'AMOUNT_OUT_OF_RANGE',
  range_upside_down: 'RANGE_UPSIDE_DOWN',
  name_length: 'NAME_LENGTH',
  too_many_rules: 'TOO_MANY_RULES',
  unreachable_rule: 'UNREACHABLE_RULE',
} as const satisfies Record<RoutingProblemCode, string>;

export const RoutingProblemType = Object.fromEntries(Object.entries(problemNames).map(([code, name]) => [name, code]));

registerEnumType(RoutingProblemType, {
  name: 'RoutingProblem',
  description: 'What is wrong with a routing configuration.',
  valuesMap: {
    UNKNOWN_ACQUIRER: { description: 'There is no acquirer of this name.' },
    UNKNOWN_CURRENCY: { description: 'No code of ISO 4217 that has minor units.' },
    UNKNOWN_BRAND: { description: 'No brand of cards.' },
    UNKNOWN_COUNTRY: { description: 'Not two capital letters as in ISO 3166.' },
    EMPTY_LIST: { description: 'A list that lets nothing through.' },
    DUPLICATE: { description: 'Something that is named twice.' },
    PERCENT_OUT_OF_RANGE: { description: 'A share is whole per cents, 1 to 100.' },
    SPLIT_NOT_100: { description: 'Shares that do not sum to 100 %.' },
    AMOUNT_OUT_OF_RANGE: { description: 'Not a whole number of minor units, 1 to 2^53−1.' },
    RANGE_UPSIDE_DOWN: { description: 'A range that ends before it begins.' },
    NAME_LENGTH: { description: 'A name has 1 to 100 characters.' },
    TOO_MANY_RULES: { description: 'There are at most 50 rules.' },
    UNREACHABLE_RULE: { description: 'Every payment that the rule is for goes by an earlier one.' },
  },
});
