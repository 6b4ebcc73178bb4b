import { Inject, Injectable } from '@nestjs/common';
import { endpointsMax, endpointUrlLengthMax, err, eventTypesAsked, ok } from '#domain';
import type { Clock, Ids, MerchantId, Result } from '#domain';
import { UnitOfWork } from '#persistence';
import { CLOCK, IDS } from '#runtime';
import { mintWebhookSecret, type WebhookSecret } from '#security';
import { WEBHOOK_TARGETS, type WebhookTargets } from '../delivery/webhook-targets.ts';
import type { Endpoint } from '../stores/endpoint.store.ts';
import type { WebhooksStores } from '../stores/webhooks-stores.ts';
import { ENVIRONMENT, type WebhooksEnvironment } from '../webhooks.config.ts';

export interface CreateEndpointCommand {
  readonly merchantId: MerchantId;
  readonly url: string;
  readonly eventTypes: readonly string[];
}

export interface EndpointRejection {
  readonly field: 'url' | 'eventTypes';
  readonly message: string;
}

export interface CreatedEndpoint {
  readonly endpoint: Endpoint;
  /** Given to the merchant this once. */
  readonly secret: WebhookSecret;
}

/** Adds a place that a merchant's events are sent to from now on. */
@Injectable()
export class CreateEndpoint {
  constructor(
    private readonly unitOfWork: UnitOfWork<WebhooksStores>,
    @Inject(WEBHOOK_TARGETS) private readonly targets: WebhookTargets,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ENVIRONMENT) private readonly environment: WebhooksEnvironment,
  ) {}

  async execute({
    merchantId,
    url,
    eventTypes,
  }: CreateEndpointCommand): Promise<Result<CreatedEndpoint, EndpointRejection>> {
    const asked = eventTypesAsked(eventTypes);
    if (!asked.ok) return err({ field: 'eventTypes', message: asked.error });
    const objection = await this.objectionTo(url);
    if (objection !== undefined) return err({ field: 'url', message: objection });

    const endpoint: Endpoint = {
      merchantId,
      id: this.ids.next('whe'),
      url,
      eventTypes: asked.value,
      status: 'enabled',
      createdAt: this.clock.now(),
    };
    const secret = mintWebhookSecret();
    return this.unitOfWork.run(async (tx) => {
      await tx.feed.lock(new Set([merchantId]));
      // Disabled ones count, too: they are kept and shown, and nothing but this bounds how many there are.
      if ((await tx.endpoints.countOf(merchantId)) >= endpointsMax) {
        return err({ field: 'url', message: `A merchant has at most ${endpointsMax} endpoints; delete one of them.` });
      }
      await tx.endpoints.add(endpoint, secret);
      return ok({ endpoint, secret });
    });
  }

  /** Why events cannot be sent there. */
  private async objectionTo(text: string): Promise<string | undefined> {
    if (text.length > endpointUrlLengthMax) return `A URL has at most ${endpointUrlLengthMax} characters.`;
    const url = URL.parse(text);
    const protocols = this.environment.NODE_ENV === 'development' ? ['https:', 'http:'] : ['https:'];
    if (url === null || !protocols.includes(url.protocol)) return 'Write a complete URL that begins with https://.';
    if (url.username !== '' || url.password !== '') {
      return 'A URL is shown and logged, so it must not carry a name or a password; verify the signature instead.';
    }
    const objection = await this.targets.objectionTo(url.hostname);
    return objection === undefined ? undefined : `Events cannot be sent there: ${objection}.`;
  }
}
