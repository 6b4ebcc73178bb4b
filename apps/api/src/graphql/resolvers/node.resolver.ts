import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { parseId, type Id, type MerchantId } from '#domain';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { DisputeReader } from '../../readers/dispute-reader.ts';
import { FeedReader } from '../../readers/feed-reader.ts';
import { OperationReader } from '../../readers/operation-reader.ts';
import { PaymentReader } from '../../readers/payment-reader.ts';
import { WebhookReader } from '../../readers/webhook-reader.ts';
import { presentDispute } from '../presenters/dispute.presenter.ts';
import { presentEvent } from '../presenters/event.presenter.ts';
import { presentCapture, presentIncrease, presentPayment, presentRefund } from '../presenters/payment.presenter.ts';
import { presentDelivery, presentEndpoint } from '../presenters/webhook.presenter.ts';
import { NodeType } from '../types/node.type.ts';

type Finder = (id: string, merchantId: MerchantId) => Promise<NodeType | undefined>;

@Resolver()
export class NodeResolver {
  private readonly finders: readonly Finder[];

  constructor(
    payments: PaymentReader,
    operations: OperationReader,
    disputes: DisputeReader,
    feed: FeedReader,
    webhooks: WebhookReader,
  ) {
    this.finders = [
      finder('pay', (merchantId, id) => payments.find(merchantId, id), presentPayment),
      finder('cap', (merchantId, id) => operations.capture(merchantId, id), presentCapture),
      finder('inc', (merchantId, id) => operations.increase(merchantId, id), presentIncrease),
      finder('ref', (merchantId, id) => operations.refund(merchantId, id), presentRefund),
      finder('dsp', (merchantId, id) => disputes.dispute(merchantId, id), presentDispute),
      finder('evt', (merchantId, id) => feed.find(merchantId, id), presentEvent),
      finder('whe', (merchantId, id) => webhooks.endpoint(merchantId, id), presentEndpoint),
      finder('whd', (merchantId, id) => webhooks.delivery(merchantId, id), presentDelivery),
    ];
  }

  @Query(() => NodeType, {
    nullable: true,
    description: 'Anything by its id; null when the merchant has nothing such.',
  })
  async node(
    @Args('id', {
      type: () => ID,
      description: 'The id of a payment, capture, refund, dispute, event, endpoint or delivery.',
    })
    id: string,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<NodeType | null> {
    for (const find of this.finders) {
      const node = await find(id, merchantId);
      if (node !== undefined) return node;
    }
    return null;
  }
}

/** Looks only when the id has the prefix, so that one id costs one look at most. */
function finder<Prefix extends string, Found>(
  prefix: Prefix,
  find: (merchantId: MerchantId, id: Id<Prefix>) => Promise<Found | undefined>,
  present: (found: Found) => NodeType,
): Finder {
  return async (text, merchantId) => {
    const id = parseId(prefix, text);
    const found = id === undefined ? undefined : await find(merchantId, id);
    return found === undefined ? undefined : present(found);
  };
}
