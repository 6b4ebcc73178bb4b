import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { AttemptOperation } from '#domain';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { AttemptOperationType, AttemptOutcomeType, type AttemptOutcome } from './payment.enums.ts';

@ObjectType('PaymentAttempt', { description: 'One operation at one acquirer.' })
export class PaymentAttemptType {
  @Field(() => Int, { description: '1, 2, 3, … over all operations of the payment.' })
  readonly number!: number;

  @Field(() => String, { description: 'Who was asked.' })
  readonly acquirer!: string;

  @Field(() => AttemptOperationType, { description: 'To do what.' })
  readonly operation!: AttemptOperation;

  @Field(() => AttemptOutcomeType, { description: 'What is known of it.' })
  readonly outcome!: AttemptOutcome;

  @Field(() => String, { nullable: true, description: 'Why it was declined, as a code such as `insufficient_funds`.' })
  readonly declineCode!: string | null;

  @Field(() => String, { description: 'Why this acquirer was chosen.' })
  readonly routedBecause!: string;

  @Field(() => DateTimeScalar, { description: 'When it was written down, right before the acquirer was asked.' })
  readonly startedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When its outcome was known; null while it is not.' })
  readonly finishedAt!: Date | null;
}
