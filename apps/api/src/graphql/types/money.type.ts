import { Field, ObjectType } from '@nestjs/graphql';
import { decimalOf, type CurrencyCode, type Money } from '#domain';
import { MinorUnitsScalar } from '../scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from './currency-code.enum.ts';

@ObjectType('Money', { description: 'An exact amount of one currency.' })
export class MoneyType {
  @Field(() => MinorUnitsScalar, { description: 'The amount in minor units: 1099 for 10.99 EUR.' })
  readonly minor!: bigint;

  @Field(() => String, {
    description: 'The same amount as people write it, with as many decimal places as the currency has: "10.99".',
  })
  readonly decimal!: string;

  @Field(() => CurrencyCodeType, { description: 'The currency of both.' })
  readonly currency!: CurrencyCode;
}

export function presentMoney(amount: Money): MoneyType {
  return { minor: amount.minor, decimal: decimalOf(amount), currency: amount.currency };
}
