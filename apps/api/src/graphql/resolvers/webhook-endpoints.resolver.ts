import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  webhookRequests,
  type CreateEndpointReply,
  type CreateEndpointRequest,
  type DeleteEndpointReply,
  type DeleteEndpointRequest,
} from '#contracts';
import { parseId } from '#domain';
import { Requester } from '#messaging';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { WebhookReader } from '../../readers/webhook-reader.ts';
import { UserErrors } from '../errors/user-errors.ts';
import { CreateWebhookEndpointInput, DeleteWebhookEndpointInput } from '../inputs/webhook-endpoint.inputs.ts';
import { shortListCost } from '../limits/operation-cost.ts';
import { CreateWebhookEndpointPayload, DeleteWebhookEndpointPayload } from '../payloads/webhook-endpoint.payloads.ts';
import { presentEndpoint, presentEndpointView } from '../presenters/webhook.presenter.ts';
import { WebhookEndpointType } from '../types/webhook-endpoint.type.ts';

/** The service that delivers owns the endpoints: reading is a look into its tables, changing is a request to it. */
@Resolver()
export class WebhookEndpointsResolver {
  constructor(
    private readonly webhooks: WebhookReader,
    private readonly requester: Requester,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => [WebhookEndpointType], {
    complexity: shortListCost,
    description: 'The merchant’s webhook endpoints, the oldest first.',
  })
  async webhookEndpoints(@Merchant() { merchantId }: MerchantPrincipal): Promise<WebhookEndpointType[]> {
    return (await this.webhooks.endpoints(merchantId)).map(presentEndpoint);
  }

  @Mutation(() => CreateWebhookEndpointPayload, {
    nullable: true,
    description: 'Adds a URL that receives events from now on. The answer shows its signing secret this once.',
  })
  async createWebhookEndpoint(
    @Args('input', { type: () => CreateWebhookEndpointInput, description: 'Where and which.' })
    { url, eventTypes }: CreateWebhookEndpointInput,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<CreateWebhookEndpointPayload> {
    const request: CreateEndpointRequest = { merchantId, url, eventTypes };
    const reply = await this.requester.request<CreateEndpointReply>(webhookRequests.createEndpoint, request);
    if (reply.ok) {
      return { endpoint: presentEndpointView(reply.endpoint), signingSecret: reply.signingSecret, userErrors: [] };
    }
    const problem = { message: reply.message, path: ['input', reply.field], page: 'errors' } as const;
    return { endpoint: null, signingSecret: null, userErrors: [this.userErrors.ofProblem(problem)] };
  }

  @Mutation(() => DeleteWebhookEndpointPayload, {
    nullable: true,
    description:
      'Deletes an endpoint; what has not been delivered to it never will be. Deleting it again gives the same answer.',
  })
  async deleteWebhookEndpoint(
    @Args('input', { type: () => DeleteWebhookEndpointInput, description: 'Which.' })
    input: DeleteWebhookEndpointInput,
    @Merchant() { merchantId }: MerchantPrincipal,
  ): Promise<DeleteWebhookEndpointPayload> {
    const endpointId = parseId('whe', input.endpointId);
    const request: DeleteEndpointRequest | undefined = endpointId && { merchantId, endpointId };
    const reply =
      request && (await this.requester.request<DeleteEndpointReply>(webhookRequests.deleteEndpoint, request));
    if (reply?.ok) return { endpoint: presentEndpointView(reply.endpoint), userErrors: [] };
    const notFound = this.userErrors.ofRefusal({
      code: 'not_found',
      message: 'There is no such endpoint of this merchant.',
      path: ['input', 'endpointId'],
    });
    return { endpoint: null, userErrors: [notFound] };
  }
}
