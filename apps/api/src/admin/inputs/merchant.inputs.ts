import { Field, ID, InputType, Int } from '@nestjs/graphql';
import type { CurrencyCode } from '#domain';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { MinorUnitsScalar } from '../../graphql/scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../../graphql/types/currency-code.enum.ts';

/** What merchants pay who agreed on nothing else. */
const feeBasisPointsDefault = 150;

@InputType('MerchantCurrencyInput', { description: 'A currency with terms of its own, in its minor units.' })
export class MerchantCurrencyInput {
  @Field(() => CurrencyCodeType, { description: 'Which one.' })
  readonly currency!: CurrencyCode;

  @Field(() => MinorUnitsScalar, { defaultValue: 0, description: 'What each capture costs beside the basis points.' })
  readonly feeFixed!: number;

  @Field(() => MinorUnitsScalar, {
    nullable: true,
    description: 'Above this amount a person looks at the payment first. Absent: 10 000.00 or what is like it.',
  })
  readonly riskLimit?: number | null;

  @Field(() => MinorUnitsScalar, {
    nullable: true,
    description: 'Up to this amount a payment goes on while risk is silent. Absent: 50.00 or what is like it.',
  })
  readonly riskFloor?: number | null;
}

@InputType('CreateMerchantInput', { description: 'A merchant to be taken in.' })
export class CreateMerchantInput {
  @Field(() => String, { description: 'What people call it: 1 to 200 characters.' })
  readonly name!: string;

  @Field(() => Int, {
    defaultValue: feeBasisPointsDefault,
    description: 'The platform’s share of each capture in basis points, 0 to 10000: 150 are 1.5 %.',
  })
  readonly feeBasisPoints!: number;

  @Field(() => [MerchantCurrencyInput], { defaultValue: [], description: 'Currencies with terms of their own.' })
  readonly currencies!: readonly MerchantCurrencyInput[];

  @Field(() => [CurrencyCodeType], { defaultValue: [], description: 'Currencies with the ordinary terms.' })
  readonly enabledCurrencies!: readonly CurrencyCode[];
}

@InputType('CreateApiKeyInput', { description: 'A secret key for a merchant, beside those that it has.' })
export class CreateApiKeyInput {
  @Field(() => ID, { description: 'Whose key.' })
  readonly merchantId!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From when on it is refused. Absent: it never expires.' })
  readonly expiresAt?: Date | null;
}

@InputType('RevokeApiKeyInput', { description: 'A key to be ended for good.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'Which key: `key_…`.' })
  readonly apiKeyId!: string;
}
