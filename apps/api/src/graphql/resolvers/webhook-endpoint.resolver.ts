import { Args, Context, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import type { WebhookDeliveryId, WebhookEndpointId } from '#domain';
import { deliveryCursor } from '../../readers/cursor.ts';
import { WebhookReader } from '../../readers/webhook-reader.ts';
import { pageCost, shortListCost } from '../limits/operation-cost.ts';
import type { MerchantContext } from '../merchant-context.ts';
import { pageRequestOf, presentPage } from '../presenters/page.presenter.ts';
import { presentDelivery } from '../presenters/webhook.presenter.ts';
import type { Connection } from '../types/connection.ts';
import {
  WebhookAttemptType,
  WebhookDeliveryConnectionType,
  WebhookDeliveryType,
  WebhookEndpointType,
} from '../types/webhook-endpoint.type.ts';

const deliveriesPageSize = 20;

@Resolver(() => WebhookEndpointType)
export class WebhookEndpointResolver {
  constructor(private readonly webhooks: WebhookReader) {}

  @ResolveField(() => WebhookDeliveryConnectionType, {
    complexity: pageCost(deliveriesPageSize),
    description: 'What was sent to this endpoint, the newest first.',
  })
  async deliveries(
    @Parent() { id }: WebhookEndpointType,
    @Args('first', {
      type: () => Int,
      nullable: true,
      defaultValue: deliveriesPageSize,
      description: 'How many, at most 100.',
    })
    first: number | null,
    @Args('after', { type: () => String, nullable: true, description: 'Those behind this cursor, which are older.' })
    after: string | null | undefined,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<Connection<WebhookDeliveryType>> {
    const request = pageRequestOf({ first, after }, deliveryCursor, deliveriesPageSize);
    const page = await this.webhooks.deliveries(merchantId, id as WebhookEndpointId, request);
    return presentPage(page, presentDelivery, (delivery) => delivery.id, deliveryCursor);
  }
}

@Resolver(() => WebhookDeliveryType)
export class WebhookDeliveryResolver {
  @ResolveField(() => [WebhookAttemptType], {
    complexity: shortListCost,
    description: 'Each HTTP request that was made, the oldest first.',
  })
  attempts(
    @Parent() { id }: WebhookDeliveryType,
    @Context() { loaders }: MerchantContext,
  ): Promise<WebhookAttemptType[]> {
    return loaders.deliveryAttempts(id as WebhookDeliveryId);
  }
}
