import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import type { CurrencyCode, RoutingProblemCode, RoutingStrategy } from '#domain';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { MinorUnitsScalar } from '../../graphql/scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../../graphql/types/currency-code.enum.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';
import { CardBrandType, RoutingProblemType, RoutingStrategyKindType } from './routing.enums.ts';

@ObjectType('RoutedAcquirer', { description: 'An acquirer of a strategy.' })
export class RoutedAcquirerType {
  @Field(() => String, { description: 'Which one.' })
  readonly acquirer!: string;

  @Field(() => Int, { nullable: true, description: 'Its share of a split in per cents; null in other strategies.' })
  readonly percent!: number | null;
}

@ObjectType('RoutingStrategy', { description: 'How an acquirer is chosen.' })
export class RoutingStrategyType {
  @Field(() => RoutingStrategyKindType, { description: 'By what.' })
  readonly kind!: RoutingStrategy['kind'];

  @Field(() => [RoutedAcquirerType], { description: 'Among whom, as they were listed.' })
  readonly acquirers!: readonly RoutedAcquirerType[];
}

@ObjectType('RoutingConditions', { description: 'Which payments a rule is for. All that are not null have to hold.' })
export class RoutingConditionsType {
  @Field(() => [CurrencyCodeType], { nullable: true, description: 'Payments in one of these.' })
  readonly currencies!: readonly CurrencyCode[] | null;

  @Field(() => MinorUnitsScalar, { nullable: true, description: 'In minor units of whichever currency.' })
  readonly amountMinorAtLeast!: number | null;

  @Field(() => MinorUnitsScalar, { nullable: true, description: 'In minor units of whichever currency.' })
  readonly amountMinorAtMost!: number | null;

  @Field(() => [CardBrandType], { nullable: true, description: 'Cards of one of these brands.' })
  readonly brands!: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: 'Cards issued in one of these: codes of ISO 3166.' })
  readonly countries!: readonly string[] | null;
}

@ObjectType('RoutingRule', { description: 'Where the payments go that it is for.' })
export class RoutingRuleType {
  @Field(() => String, { description: 'What people call it.' })
  readonly name!: string;

  @Field(() => RoutingConditionsType, { nullable: true, description: 'Null: the rule is for every payment.' })
  readonly when!: RoutingConditionsType | null;

  @Field(() => RoutingStrategyType, { description: 'How an acquirer is chosen.' })
  readonly use!: RoutingStrategyType;
}

@ObjectType('RoutingConfiguration', { description: 'A version of where the payments of a merchant go.' })
export class RoutingConfigurationType {
  @Field(() => ID, { description: 'Whose payments.' })
  readonly merchantId!: string;

  @Field(() => Int, { description: '1…n for each merchant. A payment keeps the version that it was born with.' })
  readonly version!: number;

  @Field(() => [RoutingRuleType], { description: 'The first that is for a payment decides.' })
  readonly rules!: readonly RoutingRuleType[];

  @Field(() => RoutingStrategyType, { description: 'For payments that no rule is for.' })
  readonly default!: RoutingStrategyType;

  @Field(() => DateTimeScalar, { description: 'When it was saved.' })
  readonly savedAt!: Date;

  @Field(() => String, { description: 'By whom.' })
  readonly savedBy!: string;
}

@ObjectType('RoutingError', {
  description: 'Something in a routing configuration cannot be used as it is.',
  implements: () => [UserErrorType],
})
export class RoutingErrorType extends UserErrorType {
  override readonly __typename = 'RoutingError';

  @Field(() => RoutingProblemType, { description: 'What is wrong, for programs.' })
  readonly problem!: RoutingProblemCode;
}

@ObjectType('SaveRoutingPayload', { description: 'What became of `saveRouting`.' })
export class SaveRoutingPayload {
  @Field(() => RoutingConfigurationType, { nullable: true, description: 'The new version; null when it was refused.' })
  readonly routingConfiguration!: RoutingConfigurationType | null;

  @Field(() => [UserErrorType], { description: 'All that is wrong with it; empty when it was saved.' })
  readonly userErrors!: readonly UserErrorType[];
}

@ObjectType('RouteCandidate', { description: 'An acquirer that the strategy names.' })
export class RouteCandidateType {
  @Field(() => String, { description: 'Which one.' })
  readonly acquirer!: string;

  @Field(() => Float, {
    nullable: true,
    description:
      'What the strategy goes by. Priority: the place in the list. Split: per cents. Cheapest: the cost in minor units, ' +
      'null where there is no price. Success rate: the rate that is expected, 0 to 1.',
  })
  readonly score!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'With which probability a payment like this goes here first; null where chance takes no part.',
  })
  readonly propensity!: number | null;

  @Field(() => String, { nullable: true, description: 'Why it would not be asked now; null when it would.' })
  readonly excludedBecause!: string | null;
}

@ObjectType('RouteExplanation', { description: 'Where a payment would go now, and why. Nothing was written.' })
export class RouteExplanationType {
  @Field(() => Int, { description: 'Of the merchant’s configuration; 0 is the platform’s own.' })
  readonly version!: number;

  @Field(() => String, { nullable: true, description: 'The rule that decides; null when it is the default.' })
  readonly rule!: string | null;

  @Field(() => RoutingStrategyKindType, { description: 'How the acquirer is chosen.' })
  readonly strategy!: RoutingStrategy['kind'];

  @Field(() => Boolean, { description: 'Whether anybody can be asked; else the payment would wait.' })
  readonly usable!: boolean;

  @Field(() => String, { description: 'One sentence: why the first candidate comes first.' })
  readonly because!: string;

  @Field(() => [RouteCandidateType], {
    description: 'Those to be tried, in this order, then those that cannot be used now.',
  })
  readonly candidates!: readonly RouteCandidateType[];
}
