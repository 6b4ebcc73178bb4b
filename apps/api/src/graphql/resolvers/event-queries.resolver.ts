import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { eventCursor } from '../../readers/cursor.ts';
import { FeedReader } from '../../readers/feed-reader.ts';
import { pageCost } from '../limits/operation-cost.ts';
import { presentEvent } from '../presenters/event.presenter.ts';
import { pageRequestOf, presentPage } from '../presenters/page.presenter.ts';
import type { Connection } from '../types/connection.ts';
import { EventConnectionType, type EventType } from '../types/event.type.ts';

const eventsPageSize = 50;

@Resolver()
export class EventQueriesResolver {
  constructor(private readonly feed: FeedReader) {}

  @Query(() => EventConnectionType, {
    complexity: pageCost(eventsPageSize),
    description: 'Everything that the merchant was told, the oldest first, numbered without a gap.',
  })
  async events(
    @Args('first', {
      type: () => Int,
      nullable: true,
      defaultValue: eventsPageSize,
      description: 'How many, at most 100.',
    })
    first: number | null,
    @Args('after', { type: () => String, nullable: true, description: 'Those behind this cursor.' })
    after: string | null | undefined,
    @Args('types', {
      type: () => [String],
      nullable: true,
      description: 'Only these types, for example `payment.captured`.',
    })
    types: string[] | null | undefined,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<Connection<EventType>> {
    const request = pageRequestOf({ first, after }, eventCursor, eventsPageSize);
    const page = await this.feed.list(merchantId, { types: types ?? undefined }, request);
    return presentPage(page, presentEvent, (event) => event.sequence, eventCursor);
  }
}
