import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { PaymentStatus } from '#domain';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { MoneyType } from '../../graphql/types/money.type.ts';
import { PaymentStatusType } from '../../graphql/types/payment.enums.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';

export const ReviewDecisionType = { ALLOW: 'allow', BLOCK: 'block' } as const;

registerEnumType(ReviewDecisionType, {
  description: 'What a person decides about a payment in review.',
  name: 'ReviewDecision',
  valuesMap: {
    ALLOW: { description: 'It goes on and is charged.' },
    BLOCK: { description: 'It is declined; nothing is charged.' },
  },
});

@ObjectType('PaymentInReview', {
  description: 'A payment that waits for a person, with what the person needs to decide.',
})
export class PaymentInReviewType {
  @Field(() => ID, { description: 'A TypeID such as `pay_…`.' })
  readonly id!: string;

  @Field(() => ID, { description: 'Whose payment it is.' })
  readonly merchantId!: string;

  @Field(() => String, { description: 'The merchant’s own order id.' })
  readonly reference!: string;

  @Field(() => MoneyType, { description: 'How much.' })
  readonly amount!: MoneyType;

  @Field(() => Int, { nullable: true, description: '0 (nothing stands out) to 100; null when risk was silent.' })
  readonly riskScore!: number | null;

  @Field(() => [String], { description: 'Why it was sent to review.' })
  readonly riskReasons!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;
}

@ObjectType('DecideReviewPayload', { description: 'What became of `decideReview`.' })
export class DecideReviewPayload {
  @Field(() => ID, { nullable: true, description: 'The payment; null when the decision was refused.' })
  readonly paymentId!: string | null;

  @Field(() => PaymentStatusType, {
    nullable: true,
    description: 'Where it stood when the decision was written down. It is carried out a moment later.',
  })
  readonly status!: PaymentStatus | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}
