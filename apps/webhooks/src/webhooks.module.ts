import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '#runtime';
import { FeedMerchantsOnTheirEvents } from './consumers/feed-merchants-on-their-events.ts';
import { webhooksStores } from './stores/webhooks-stores.ts';
import { FeedMerchants } from './use-cases/feed-merchants.ts';
import type { WebhooksEnvironment } from './webhooks.config.ts';

@Module({})
export class WebhooksModule {
  static forEnvironment(environment: WebhooksEnvironment): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [
        ServiceModule.forRoot({
          service: 'webhooks',
          environment,
          schema: 'feed',
          stores: webhooksStores,
          log: null,
        }),
      ],
      controllers: [FeedMerchantsOnTheirEvents],
      providers: [FeedMerchants],
    };
  }
}
