import { Field, ID, InputType, Int } from '@nestjs/graphql';
import type { CurrencyCode } from '#domain';
import { MinorUnitsScalar } from '../../graphql/scalars/minor-units.scalar.ts';
import { CurrencyCodeType } from '../../graphql/types/currency-code.enum.ts';
import { CardBrandType } from '../types/routing.enums.ts';

@InputType('RoutingShareInput', { description: 'What part of the payments goes to an acquirer.' })
export class RoutingShareInput {
  @Field(() => String, { description: 'Which acquirer.' })
  readonly acquirer!: string;

  @Field(() => Int, { description: 'Whole per cents, 1 to 100. The shares of a split sum to 100.' })
  readonly percent!: number;
}

@InputType('RoutingStrategyInput', { description: 'How an acquirer is chosen: exactly one of these.', isOneOf: true })
export class RoutingStrategyInput {
  @Field(() => [String], { nullable: true, description: 'The first of these acquirers that can be used.' })
  readonly priority?: readonly string[];

  @Field(() => [RoutingShareInput], { nullable: true, description: 'Each of these acquirers its share.' })
  readonly split?: readonly RoutingShareInput[];

  @Field(() => [String], { nullable: true, description: 'Whichever of these acquirers charges least.' })
  readonly cheapest?: readonly string[];

  @Field(() => [String], {
    nullable: true,
    description: 'Whichever of these acquirers approves most, trying the others now and then.',
  })
  readonly successRate?: readonly string[];
}

@InputType('RoutingConditionsInput', { description: 'Which payments a rule is for. All that are given have to hold.' })
export class RoutingConditionsInput {
  @Field(() => [CurrencyCodeType], { nullable: true, description: 'Payments in one of these.' })
  readonly currencies?: readonly CurrencyCode[] | null;

  @Field(() => MinorUnitsScalar, { nullable: true, description: 'In minor units of whichever currency.' })
  readonly amountMinorAtLeast?: number | null;

  @Field(() => MinorUnitsScalar, { nullable: true, description: 'In minor units of whichever currency.' })
  readonly amountMinorAtMost?: number | null;

  @Field(() => [CardBrandType], { nullable: true, description: 'Cards of one of these brands.' })
  readonly brands?: readonly string[] | null;

  @Field(() => [String], { nullable: true, description: 'Cards issued in one of these: codes of ISO 3166 such as FR.' })
  readonly countries?: readonly string[] | null;
}

@InputType('RoutingRuleInput', { description: 'Where the payments go that it is for.' })
export class RoutingRuleInput {
  @Field(() => String, { description: 'What people call it: 1 to 100 characters, unique within the configuration.' })
  readonly name!: string;

  @Field(() => RoutingConditionsInput, { nullable: true, description: 'Absent: the rule is for every payment.' })
  readonly when?: RoutingConditionsInput | null;

  @Field(() => RoutingStrategyInput, { description: 'How an acquirer is chosen.' })
  readonly use!: RoutingStrategyInput;
}

@InputType('RoutingConfigurationInput', { description: 'Where the payments of a merchant go.' })
export class RoutingConfigurationInput {
  @Field(() => [RoutingRuleInput], {
    defaultValue: [],
    description: 'At most 50. The first that is for a payment decides; one that could never decide is refused.',
  })
  readonly rules!: readonly RoutingRuleInput[];

  @Field(() => RoutingStrategyInput, { description: 'For payments that no rule is for.' })
  readonly default!: RoutingStrategyInput;
}

@InputType('SaveRoutingInput', { description: 'Where the payments of a merchant go from now on.' })
export class SaveRoutingInput {
  @Field(() => ID, { description: 'Whose payments.' })
  readonly merchantId!: string;

  @Field(() => RoutingConfigurationInput, { description: 'The whole configuration, not a change of the one before.' })
  readonly configuration!: RoutingConfigurationInput;
}
