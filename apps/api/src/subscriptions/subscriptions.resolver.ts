import { Args, ID, Resolver, Subscription } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { parseId } from '#domain';
import { Merchant } from '../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../auth/principal.ts';
import { presentEvent } from '../graphql/presenters/event.presenter.ts';
import { presentPayment } from '../graphql/presenters/payment.presenter.ts';
import { EventType } from '../graphql/types/event.type.ts';
import { PaymentType } from '../graphql/types/payment.type.ts';
import { eventCursor } from '../readers/cursor.ts';
import { FeedReader, type FeedEvent } from '../readers/feed-reader.ts';
import type { PaymentView } from '../readers/payment-view.ts';
import { FeedFollower } from './feed-follower.ts';
import { PaymentFollower } from './payment-follower.ts';

@Resolver()
export class SubscriptionsResolver {
  constructor(
    private readonly payments: PaymentFollower,
    private readonly followers: FeedFollower,
    private readonly feed: FeedReader,
  ) {}

  @Subscription(() => PaymentType, {
    description: 'A payment as it stands, and again after each change. The last change is never missed.',
    resolve: presentPayment,
  })
  async paymentUpdated(
    @Args('id', { type: () => ID, description: 'Which payment: `pay_…`.' }) text: string,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<AsyncIterable<PaymentView>> {
    const id = parseId('pay', text);
    const changes = id && (await this.payments.follow(merchantId, id));
    if (changes === undefined) throw clientError(`There is no payment ${text} of this merchant.`, 'id');
    return changes;
  }

  @Subscription(() => EventType, {
    description: 'Everything that the merchant is told, in the order of `sequence`, nothing skipped and nothing twice.',
    resolve: presentEvent,
  })
  async events(
    @Merchant() { merchantId }: MerchantPrincipal,
    @Args('types', {
      type: () => [String],
      nullable: true,
      description: 'Only these types, for example `payment.captured`.',
    })
    types?: string[] | null,
    @Args('after', {
      type: () => String,
      nullable: true,
      description:
        'Resume behind this: a cursor of `events`, or the id of the last event that you have. Absent: what comes from now on.',
    })
    after?: string | null,
  ): Promise<AsyncIterable<FeedEvent>> {
    const place = after === null || after === undefined ? await this.followers.endOf(merchantId) : undefined;
    const sequence = place ?? (await this.sequenceOf(merchantId, after ?? ''));
    if (sequence === undefined) {
      throw clientError('This is no cursor of `events` and no id of an event of this merchant.', 'after');
    }
    return this.followers.follow({ merchantId, types: types ?? undefined, after: sequence });
  }

  private async sequenceOf(merchantId: MerchantPrincipal['merchantId'], after: string): Promise<bigint | undefined> {
    const id = parseId('evt', after);
    return id === undefined ? eventCursor.decode(after) : (await this.feed.find(merchantId, id))?.sequence;
  }
}

/** Ends the subscription with a sentence for the client. */
function clientError(message: string, argument: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument } });
}
