import { Field, ID, InputType } from '@nestjs/graphql';
import type { ReviewDecision } from '../../stores/review-store.ts';
import { ReviewDecisionType } from '../types/review.type.ts';

@InputType('DecideReviewInput', { description: 'What a person decided about a payment in review.' })
export class DecideReviewInput {
  @Field(() => ID, { description: 'Which payment: `pay_…`.' })
  readonly paymentId!: string;

  @Field(() => ReviewDecisionType, { description: 'Whether it goes on.' })
  readonly decision!: ReviewDecision['decision'];

  @Field(() => String, { description: 'Why, in 1 to 500 characters, for whoever asks later.' })
  readonly reason!: string;
}
