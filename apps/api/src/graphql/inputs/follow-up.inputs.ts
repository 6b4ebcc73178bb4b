import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsInput } from './constraint.ts';
import { awaitOutcomeMsDefault } from './create-payment.input.ts';
import { MoneyInput } from './money.input.ts';
import { IsAwaitOutcomeMs } from './payment-constraints.ts';
import { IsIdempotencyKey, IsReason } from './text-constraints.ts';

/** What everything that is asked of an existing payment has in common. */
@InputType({ isAbstract: true })
export abstract class FollowUpInput {
  @Field(() => String, {
    description:
      '1 to 255 printable characters of your choice. The same key again changes nothing and answers the same.',
  })
  @IsIdempotencyKey()
  readonly idempotencyKey!: string;

  @Field(() => ID, { description: 'The payment.' })
  readonly paymentId!: string;

  @Field(() => Int, {
    defaultValue: awaitOutcomeMsDefault,
    description: 'Hold the answer until the outcome is known, at most this many milliseconds: 0 to 20000.',
  })
  @IsAwaitOutcomeMs()
  readonly awaitOutcomeMs!: number;
}

@InputType('CapturePaymentInput', { description: 'Money to be taken of what is held.' })
export class CapturePaymentInput extends FollowUpInput {
  @Field(() => MoneyInput, { nullable: true, description: 'How much; all that is left when absent.' })
  @IsInput(MoneyInput)
  readonly amount?: MoneyInput | null;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether what is not captured is released.' })
  readonly final!: boolean;
}

@InputType('IncreaseAuthorizationInput', { description: 'More to be held on the card.' })
export class IncreaseAuthorizationInput extends FollowUpInput {
  @Field(() => MoneyInput, { description: 'How much more.' })
  @IsInput(MoneyInput)
  readonly amount!: MoneyInput;
}

@InputType('VoidPaymentInput', { description: 'A hold to be released.' })
export class VoidPaymentInput extends FollowUpInput {
  @Field(() => String, { nullable: true, description: 'Why, for people.' })
  @IsReason()
  readonly reason?: string | null;
}

@InputType('RefundPaymentInput', { description: 'Captured money to be given back.' })
export class RefundPaymentInput extends FollowUpInput {
  @Field(() => MoneyInput, { nullable: true, description: 'How much; all that is left when absent.' })
  @IsInput(MoneyInput)
  readonly amount?: MoneyInput | null;

  @Field(() => String, { nullable: true, description: 'Why, for people.' })
  @IsReason()
  readonly reason?: string | null;
}
