import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Decline, RiskDecision } from '#domain';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { JsonObjectScalar, type JsonObject } from '../scalars/json-object.scalar.ts';
import { MoneyType } from './money.type.ts';
import { DeclineSourceType, RiskDecisionType, SettlementStatusType } from './payment.enums.ts';

@ObjectType('Decline', { description: 'Why a payment was declined.' })
export class DeclineType {
  @Field(() => String, { description: 'For programs: a code such as `insufficient_funds`.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => Boolean, { description: 'Whether the same card may work later.' })
  readonly retryable!: boolean;

  @Field(() => DeclineSourceType, { description: 'Who said no.' })
  readonly source!: Decline['source'];
}

@ObjectType('NextAction', { description: 'What the customer has to do before the payment goes on.' })
export class NextActionType {
  @Field(() => String, { description: 'Send the customer’s browser here; it comes back to `returnUrl`.' })
  readonly redirectUrl!: string;
}

@ObjectType('RiskAssessment', { description: 'What risk said about a payment, and why.' })
export class RiskAssessmentType {
  @Field(() => RiskDecisionType, { description: 'What follows from it.' })
  readonly decision!: RiskDecision;

  @Field(() => Int, { description: '0 (nothing stands out) to 100.' })
  readonly score!: number;

  @Field(() => [String], {
    description: 'The rules that applied, each with its figures. `risk_silent` first when the written policy decided.',
  })
  readonly reasons!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it was decided.' })
  readonly assessedAt!: Date;
}

@ObjectType('Settlement', { description: 'How captured money becomes available to the merchant.' })
export class SettlementType {
  @Field(() => SettlementStatusType, { description: 'Whether it is available.' })
  readonly status!: 'pending' | 'settled';

  @Field(() => ID, { nullable: true, description: 'The latest batch that this payment was in.' })
  readonly batchId!: string | null;

  @Field(() => MoneyType, { nullable: true, description: 'What became available so far, fees taken off.' })
  readonly net!: MoneyType | null;

  @Field(() => MoneyType, { nullable: true, description: 'The fees that were taken off so far.' })
  readonly fee!: MoneyType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the latest batch was closed.' })
  readonly settledAt!: Date | null;
}

@ObjectType('TimelineEntry', { description: 'One thing that happened to a payment.' })
export class TimelineEntryType {
  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  readonly at!: Date;

  @Field(() => String, { description: 'For programs: what kind of thing, such as `payment.captured`.' })
  readonly kind!: string;

  @Field(() => String, { description: 'For people: one sentence.' })
  readonly summary!: string;

  @Field(() => JsonObjectScalar, { description: 'The facts behind the sentence.' })
  readonly details!: JsonObject;
}
