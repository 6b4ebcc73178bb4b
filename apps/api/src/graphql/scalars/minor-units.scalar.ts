import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { invariant } from '#domain';

const hint = 'MinorUnits is a JSON number without quotation marks, in minor units: 10.99 EUR is 1099.';

/**
 * Any JSON number is let in, because a fraction, or an amount beyond 2^53, is answered as a ValidationError that says what
 * is wrong with it: see `inputs/constraints.ts`. What is not a number at all never was an amount.
 */
export const MinorUnitsScalar = new GraphQLScalarType<number, number>({
  name: 'MinorUnits',
  description:
    'An amount in minor units, or another whole number: a JSON integer of at most ±(2^53−1). 10.99 EUR is 1099, 1099 JPY is 1099.',
  serialize(value) {
    const number = typeof value === 'bigint' ? Number(value) : value;
    invariant(Number.isSafeInteger(number), `MinorUnits is answered from a whole number, not from ${String(value)}`);
    return number as number;
  },
  parseValue(value) {
    if (typeof value !== 'number') throw new GraphQLError(hint);
    return value;
  },
  parseLiteral: (node: ValueNode) => {
    if (node.kind !== Kind.INT && node.kind !== Kind.FLOAT) throw new GraphQLError(hint, { nodes: node });
    return Number(node.value);
  },
});
