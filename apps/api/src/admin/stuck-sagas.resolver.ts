import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { statusOf } from '#domain';
import { ForAdmins } from '../auth/principal.guard.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { SettleAttempt } from '../use-cases/settle-attempt.ts';
import { idIn } from './input-id.ts';
import { SettleAttemptInput } from './inputs/settle-attempt.input.ts';
import { pageSizeDefault, pageSizeWithin } from './page-size.ts';
import { StuckSagaReader } from './stuck-saga-reader.ts';
import { SettleAttemptPayload, StuckSagaType } from './types/stuck-saga.type.ts';

@ForAdmins()
@Resolver()
export class StuckSagasResolver {
  constructor(
    private readonly sagas: StuckSagaReader,
    private readonly settle: SettleAttempt,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => [StuckSagaType], {
    description:
      'What cannot go on just now, the oldest first. Payments that wait for a review are in `paymentsInReview`.',
  })
  stuckSagas(
    @Args('first', { type: () => Int, defaultValue: pageSizeDefault, description: 'How many: 1 to 200.' })
    first: number,
  ): Promise<StuckSagaType[]> {
    return this.sagas.stuck(pageSizeWithin(first));
  }

  @Mutation(() => SettleAttemptPayload, {
    description:
      'Says what became of an attempt whose outcome is unknown. The first word stands, unless a person is called again.',
  })
  async settleAttempt(
    @Args('input', { description: 'Which attempt, and what about it.' }) input: SettleAttemptInput,
  ): Promise<SettleAttemptPayload> {
    const id = idIn('pay', input.paymentId, 'paymentId');
    const { attemptNumber, outcome, acquirerReference = null, reason } = input;
    const settled = id.ok
      ? await this.settle.execute({ paymentId: id.value, attemptNumber, outcome, acquirerReference, reason })
      : id;
    return settled.ok
      ? { paymentId: settled.value.id, status: statusOf(settled.value.state), userErrors: [] }
      : { paymentId: null, status: null, userErrors: [this.userErrors.ofRefusal(settled.error)] };
  }
}
