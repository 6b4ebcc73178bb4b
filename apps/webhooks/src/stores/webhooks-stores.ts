import { hints } from '#contracts';
import type { TransactionScope } from '#persistence';
import type { StoreParts } from '#runtime';
import { DeliveryStore } from './delivery.store.ts';
import { EndpointStore } from './endpoint.store.ts';
import { FeedStore } from './feed.store.ts';
import { SeenVersionStore } from './seen-version.store.ts';

/** What a transaction of the webhooks service offers. */
export interface WebhooksStores {
  readonly seenVersions: SeenVersionStore;
  readonly feed: FeedStore;
  readonly endpoints: EndpointStore;
  readonly deliveries: DeliveryStore;
}

export function webhooksStores(scope: TransactionScope, { announce, hint }: StoreParts): WebhooksStores {
  return {
    seenVersions: new SeenVersionStore(scope.sql),
    feed: new FeedStore(scope, announce, (merchantId) => hint(hints.feedGrew, merchantId)),
    endpoints: new EndpointStore(scope.sql),
    deliveries: new DeliveryStore(scope, () => hint(hints.deliveriesDue, '')),
  };
}
