import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '#contracts';
import { invariant, merchantEventOf, parseId, type Id } from '#domain';
import type { EventContext } from '#messaging';
import type { WebhooksStores } from '../stores/webhooks-stores.ts';
import { FeedMerchants, type Happening } from '../use-cases/feed-merchants.ts';

/**
 * A merchant's events take turns at its counter, and a commit per event would be the end of the merchant's speed. With
 * 200 the counter is no limit before the disk is.
 */
const batchSize = 200;

/** Takes all events and not only those that merchants see: the order guard counts every version. */
@Controller()
export class FeedMerchantsOnTheirEvents {
  constructor(private readonly feedMerchants: FeedMerchants) {}

  @EventPattern<string>('payments.v1.>', { batch: batchSize })
  async onPayments(
    @Payload() events: readonly EventEnvelope[],
    @Ctx() context: EventContext<WebhooksStores>,
  ): Promise<void> {
    await this.feed(events, context);
  }

  @EventPattern<string>('settlement.v1.>', { batch: batchSize })
  async onSettlement(
    @Payload() events: readonly EventEnvelope[],
    @Ctx() context: EventContext<WebhooksStores>,
  ): Promise<void> {
    await this.feed(events, context);
  }

  private async feed(events: readonly EventEnvelope[], context: EventContext<WebhooksStores>): Promise<void> {
    const early: ReadonlySet<string> = await this.feedMerchants.execute(context.tx, events.map(happeningOf));
    context.leaveForLater(events.filter(({ id }) => early.has(id)));
  }
}

function happeningOf({
  id,
  source,
  type,
  subject,
  time,
  merchantid,
  aggregateversion,
  data,
}: EventEnvelope): Happening {
  const eventId = parseId('evt', id);
  const merchantId = parseId('mer', merchantid);
  const aggregateId = aggregateIdOf(subject);
  invariant(
    eventId !== undefined && merchantId !== undefined && aggregateId !== undefined,
    `${id} is about ${subject} of ${merchantid}, and one of the three is no id`,
  );
  return {
    eventId,
    merchantId,
    source,
    aggregateId,
    version: aggregateversion,
    occurredAt: new Date(time),
    told: merchantEventOf({ type, data }),
  };
}

/** Whatever kind of thing a service speaks of. */
function aggregateIdOf(subject: string): Id<string> | undefined {
  return parseId(subject.slice(0, Math.max(subject.lastIndexOf('_'), 0)), subject);
}
