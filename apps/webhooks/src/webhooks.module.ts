import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '#runtime';
import { AnswerEndpointRequests } from './consumers/answer-endpoint-requests.ts';
import { FeedMerchantsOnTheirEvents } from './consumers/feed-merchants-on-their-events.ts';
import { HostNames } from './delivery/host-names.ts';
import { HttpWebhookSender } from './delivery/http-webhook-sender.ts';
import { TargetGuard } from './delivery/target-guard.ts';
import { WEBHOOK_SENDER } from './delivery/webhook-sender.ts';
import { WEBHOOK_TARGETS } from './delivery/webhook-targets.ts';
import { DeliverDue } from './schedules/deliver-due.ts';
import { webhooksStores } from './stores/webhooks-stores.ts';
import { AttemptDelivery, CHANCE } from './use-cases/attempt-delivery.ts';
import { CreateEndpoint } from './use-cases/create-endpoint.ts';
import { DeleteEndpoint } from './use-cases/delete-endpoint.ts';
import { FeedMerchants } from './use-cases/feed-merchants.ts';
import { ENVIRONMENT, type WebhooksEnvironment } from './webhooks.config.ts';

@Module({})
export class WebhooksModule {
  static forEnvironment(environment: WebhooksEnvironment): DynamicModule {
    const { WEBHOOKS_TIMEOUT_MS: timeoutMs, WEBHOOKS_ALLOW_PRIVATE_TARGETS: privateTargets } = environment;
    const allowsPrivate = privateTargets === 'true';
    return {
      module: WebhooksModule,
      imports: [
        ServiceModule.forRoot({
          service: 'webhooks',
          environment,
          schema: 'feed',
          stores: webhooksStores,
          log: { source: 'feed', relayedHere: true, keptForever: true },
        }),
      ],
      controllers: [FeedMerchantsOnTheirEvents, AnswerEndpointRequests],
      providers: [
        { provide: ENVIRONMENT, useValue: environment },
        { provide: CHANCE, useValue: Math.random },
        HostNames,
        {
          provide: TargetGuard,
          useFactory: (hostNames: HostNames) => new TargetGuard(hostNames, { allowsPrivate }),
          inject: [HostNames],
        },
        { provide: WEBHOOK_TARGETS, useExisting: TargetGuard },
        {
          provide: WEBHOOK_SENDER,
          useFactory: (guard: TargetGuard) => new HttpWebhookSender(guard, { timeoutMs }),
          inject: [TargetGuard],
        },
        FeedMerchants,
        CreateEndpoint,
        DeleteEndpoint,
        AttemptDelivery,
        DeliverDue,
      ],
    };
  }
}
