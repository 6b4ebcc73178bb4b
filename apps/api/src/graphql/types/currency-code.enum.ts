import { registerEnumType } from '@nestjs/graphql';
import { GraphQLError, Kind, type GraphQLEnumType, type GraphQLSchema, type ValueNode } from 'graphql';
import { currencyCodes, currencyExponent, type CurrencyCode } from '#domain';

type CurrencyCodeEnum = { readonly [Code in CurrencyCode]: Code };

export const CurrencyCodeType = Object.fromEntries(currencyCodes.map((code) => [code, code])) as CurrencyCodeEnum;

registerEnumType(CurrencyCodeType, {
  name: 'CurrencyCode',
  description: 'The currencies and fund codes of ISO 4217 that have a minor unit.',
  valuesMap: Object.fromEntries(
    currencyCodes.map((code) => [code, { description: `${currencyExponent[code]} decimal places.` }]),
  ),
});

const hint = 'A currency is three capital letters of ISO 4217, for example EUR.';

/**
 * Lets an unknown code through as input, so that it is answered as a ValidationError with its path, like every other
 * mistake in an input, and not as an error of the whole request. Clients see the enum as it is.
 */
export function admitUnknownCurrencies(schema: GraphQLSchema): GraphQLSchema {
  const currencyCode = schema.getType('CurrencyCode') as GraphQLEnumType;
  currencyCode.parseValue = (value: unknown): string => {
    if (typeof value !== 'string') throw new GraphQLError(hint);
    return value;
  };
  currencyCode.parseLiteral = (node: ValueNode): string => {
    if (node.kind !== Kind.ENUM) throw new GraphQLError(hint, { nodes: node });
    return node.value;
  };
  return schema;
}
