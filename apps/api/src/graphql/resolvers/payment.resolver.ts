import { Args, Context, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { FeedReader } from '../../readers/feed-reader.ts';
import { eventCursor } from '../../readers/cursor.ts';
import { pageCost, shortListCost } from '../limits/operation-cost.ts';
import type { MerchantContext } from '../merchant-context.ts';
import { presentDispute } from '../presenters/dispute.presenter.ts';
import { presentEvent } from '../presenters/event.presenter.ts';
import { pageRequestOf, presentPage } from '../presenters/page.presenter.ts';
import { presentCapture, presentIncrease, presentRefund } from '../presenters/payment.presenter.ts';
import { outcomeOf } from '../presenters/attempt-outcome.ts';
import { presentTimeline } from '../presenters/timeline.presenter.ts';
import { AuthorizationIncreaseType } from '../types/authorization-increase.type.ts';
import { CaptureType } from '../types/capture.type.ts';
import type { Connection } from '../types/connection.ts';
import { DisputeType } from '../types/dispute.type.ts';
import { EventConnectionType, type EventType } from '../types/event.type.ts';
import { PaymentAttemptType } from '../types/payment-attempt.type.ts';
import { TimelineEntryType } from '../types/payment-details.type.ts';
import { PaymentType } from '../types/payment.type.ts';
import { RefundType } from '../types/refund.type.ts';

const eventsPageSize = 20;

/** The fields of a payment that are read beside its row. */
@Resolver(() => PaymentType)
export class PaymentResolver {
  constructor(private readonly feed: FeedReader) {}

  @ResolveField(() => [PaymentAttemptType], {
    complexity: shortListCost,
    description: 'Each time that an acquirer was asked for something.',
  })
  async attempts(
    @Parent() { view }: PaymentType,
    @Context() { loaders }: MerchantContext,
  ): Promise<PaymentAttemptType[]> {
    const attempts = await loaders.attempts(view.payment.id);
    return attempts.map(({ state, ...attempt }) => ({ ...attempt, outcome: outcomeOf(state) }));
  }

  @ResolveField(() => [CaptureType], { complexity: shortListCost, description: 'The captures, the oldest first.' })
  async captures(@Parent() { view }: PaymentType, @Context() { loaders }: MerchantContext): Promise<CaptureType[]> {
    return (await loaders.captures(view.payment.id)).map(presentCapture);
  }

  @ResolveField(() => [AuthorizationIncreaseType], {
    complexity: shortListCost,
    description: 'What was held in addition, the oldest first.',
  })
  async increases(
    @Parent() { view }: PaymentType,
    @Context() { loaders }: MerchantContext,
  ): Promise<AuthorizationIncreaseType[]> {
    return (await loaders.increases(view.payment.id)).map(presentIncrease);
  }

  @ResolveField(() => [RefundType], { complexity: shortListCost, description: 'The refunds, the oldest first.' })
  async refunds(@Parent() { view }: PaymentType, @Context() { loaders }: MerchantContext): Promise<RefundType[]> {
    return (await loaders.refunds(view.payment.id)).map(presentRefund);
  }

  @ResolveField(() => [DisputeType], { complexity: shortListCost, description: 'The disputes, the oldest first.' })
  async disputes(@Parent() { view }: PaymentType, @Context() { loaders }: MerchantContext): Promise<DisputeType[]> {
    return (await loaders.disputes(view.payment.id)).map(presentDispute);
  }

  @ResolveField(() => [TimelineEntryType], {
    complexity: shortListCost,
    description: 'Everything that happened, in order, in one sentence each.',
  })
  async timeline(
    @Parent() { view }: PaymentType,
    @Context() { loaders }: MerchantContext,
  ): Promise<TimelineEntryType[]> {
    const [events, attempts] = await Promise.all([loaders.history(view.payment), loaders.attempts(view.payment.id)]);
    return presentTimeline(view, events, attempts);
  }

  @ResolveField(() => EventConnectionType, {
    complexity: pageCost(eventsPageSize),
    description: 'What the merchant was told of this payment, the oldest first.',
  })
  async events(
    @Parent() { view: { payment } }: PaymentType,
    @Args('first', {
      type: () => Int,
      nullable: true,
      defaultValue: eventsPageSize,
      description: 'How many, at most 100.',
    })
    first: number | null,
    @Args('after', { type: () => String, nullable: true, description: 'Those behind this cursor.' })
    after: string | null | undefined,
  ): Promise<Connection<EventType>> {
    const request = pageRequestOf({ first, after }, eventCursor, eventsPageSize);
    const page = await this.feed.list(payment.merchantId, { paymentId: payment.id }, request);
    return presentPage(page, presentEvent, (event) => event.sequence, eventCursor);
  }
}
