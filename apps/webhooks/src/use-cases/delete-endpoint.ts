import { Inject, Injectable } from '@nestjs/common';
import type { Clock, MerchantId, WebhookEndpointId } from '#domain';
import { UnitOfWork } from '#persistence';
import { CLOCK } from '#runtime';
import type { Endpoint } from '../stores/endpoint.store.ts';
import type { WebhooksStores } from '../stores/webhooks-stores.ts';

/** Takes an endpoint away; what has not been delivered to it never will be. Doing so again changes nothing. */
@Injectable()
export class DeleteEndpoint {
  constructor(
    private readonly unitOfWork: UnitOfWork<WebhooksStores>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The endpoint as it then stands, deleted now or before; undefined when the merchant never had such an endpoint. */
  execute(merchantId: MerchantId, endpointId: WebhookEndpointId): Promise<Endpoint | undefined> {
    return this.unitOfWork.run(async (tx) => {
      // Whoever feeds the merchant holds this, too: no delivery is added behind our back.
      await tx.feed.lock(new Set([merchantId]));
      const endpoint = await tx.endpoints.delete(merchantId, endpointId, this.clock.now());
      if (endpoint !== undefined) await tx.deliveries.cancelAll(merchantId, endpointId);
      return endpoint;
    });
  }
}
