import { Field, InputType } from '@nestjs/graphql';
import type { CurrencyCode, Money } from '#domain';
import { MinorUnitsScalar } from '../scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../types/currency-code.enum.ts';
import { IsAmount, IsCurrency } from './money-constraints.ts';

@InputType('MoneyInput', { description: 'An exact amount of one currency.' })
export class MoneyInput {
  @Field(() => MinorUnitsScalar, { description: 'The amount in minor units, at least 1: 10.99 EUR is 1099.' })
  @IsAmount()
  readonly minor!: number;

  /** Typed as what it is once it has been checked. */
  @Field(() => CurrencyCodeType, { description: 'The currency.' })
  @IsCurrency()
  readonly currency!: CurrencyCode;
}

/** Of an input that has been checked. */
export function moneyOf({ minor, currency }: MoneyInput): Money {
  return { minor: BigInt(minor), currency };
}
