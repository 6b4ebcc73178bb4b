import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { webhookRequests } from '#contracts';
import type {
  CreateEndpointReply,
  CreateEndpointRequest,
  DeleteEndpointReply,
  DeleteEndpointRequest,
  EndpointView,
} from '#contracts';
import { invariant, parseId, type MerchantId } from '#domain';
import type { Endpoint } from '../stores/endpoint.store.ts';
import { CreateEndpoint } from '../use-cases/create-endpoint.ts';
import { DeleteEndpoint } from '../use-cases/delete-endpoint.ts';

/** What the API asks on behalf of a merchant. */
@Controller()
export class AnswerEndpointRequests {
  constructor(
    private readonly createEndpoint: CreateEndpoint,
    private readonly deleteEndpoint: DeleteEndpoint,
  ) {}

  @MessagePattern(webhookRequests.createEndpoint)
  async create(@Payload() { merchantId, url, eventTypes }: CreateEndpointRequest): Promise<CreateEndpointReply> {
    const created = await this.createEndpoint.execute({ merchantId: merchantOf(merchantId), url, eventTypes });
    if (!created.ok) return { ok: false, ...created.error };
    return { ok: true, endpoint: viewOf(created.value.endpoint), signingSecret: created.value.secret };
  }

  @MessagePattern(webhookRequests.deleteEndpoint)
  async delete(@Payload() { merchantId, endpointId }: DeleteEndpointRequest): Promise<DeleteEndpointReply> {
    const id = parseId('whe', endpointId);
    const deleted = id && (await this.deleteEndpoint.execute(merchantOf(merchantId), id));
    return deleted === undefined ? { ok: false } : { ok: true, endpoint: viewOf(deleted) };
  }
}

function merchantOf(text: string): MerchantId {
  const merchantId = parseId('mer', text);
  invariant(merchantId !== undefined, `${text} is no merchant's id`);
  return merchantId;
}

function viewOf({ id, url, status, eventTypes, createdAt }: Endpoint): EndpointView {
  return { id, url, status, eventTypes, createdAt: createdAt.toISOString() };
}
