import { ArgsType, Field, Int, InputType, ObjectType } from '@nestjs/graphql';

/** The part of the merchant schema that the bench's mutation uses, for the peers that serve it. */
@InputType('MoneyInput')
class MoneyAsked {
  @Field(() => Int)
  readonly minor!: number;

  @Field(() => String)
  readonly currency!: string;
}

@InputType('PaymentSourceInput')
class SourceAsked {
  @Field(() => String)
  readonly cardToken!: string;
}

@InputType('CreatePaymentInput')
export class PaymentAsked {
  @Field(() => String)
  readonly idempotencyKey!: string;

  @Field(() => String)
  readonly reference!: string;

  @Field(() => MoneyAsked)
  readonly amount!: MoneyAsked;

  @Field(() => SourceAsked)
  readonly source!: SourceAsked;

  @Field(() => Int)
  readonly awaitOutcomeMs!: number;
}

@ArgsType()
export class PaymentArguments {
  @Field(() => PaymentAsked)
  readonly input!: PaymentAsked;
}

@ObjectType('UserError')
class Objection {
  @Field(() => String)
  readonly message!: string;
}

@ObjectType('Payment')
class PaymentShown {
  @Field(() => String)
  readonly id!: string;

  @Field(() => String)
  readonly status!: string;
}

@ObjectType('CreatePaymentPayload')
export class PaymentAnswer {
  @Field(() => PaymentShown, { nullable: true })
  readonly payment!: PaymentShown | null;

  @Field(() => [Objection])
  readonly userErrors!: readonly Objection[];
}
