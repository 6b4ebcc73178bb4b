import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { statusOf } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { DecideReview } from '../use-cases/decide-review.ts';
import { DecideReviewInput } from './inputs/review.inputs.ts';
import { pageSizeDefault, pageSizeWithin } from './page-size.ts';
import { ReviewReader } from './review-reader.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { idIn } from './input-id.ts';
import { DecideReviewPayload, PaymentInReviewType } from './types/review.type.ts';

@ForAdmins()
@Resolver()
export class ReviewsResolver {
  constructor(
    private readonly reviews: ReviewReader,
    private readonly decide: DecideReview,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => [PaymentInReviewType], { description: 'The payments that wait for a decision, the oldest first.' })
  paymentsInReview(
    @Args('first', { type: () => Int, defaultValue: pageSizeDefault, description: 'How many: 1 to 200.' })
    first: number,
  ): Promise<PaymentInReviewType[]> {
    return this.reviews.waiting(pageSizeWithin(first));
  }

  @Mutation(() => DecideReviewPayload, {
    description: 'Lets a payment in review go on, or blocks it. The first decision stands.',
  })
  async decideReview(
    @Args('input', { description: 'Which payment, and what about it.' }) input: DecideReviewInput,
  ): Promise<DecideReviewPayload> {
    const id = idIn('pay', input.paymentId, 'paymentId');
    const { decision, reason } = input;
    const decided = id.ok ? await this.decide.execute({ paymentId: id.value, decision, reason }) : id;
    return decided.ok
      ? { paymentId: decided.value.id, status: statusOf(decided.value.state), userErrors: [] }
      : { paymentId: null, status: null, userErrors: [this.userErrors.ofRefusal(decided.error)] };
  }
}
