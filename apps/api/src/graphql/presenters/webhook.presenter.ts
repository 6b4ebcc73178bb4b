import type { EndpointView } from '#contracts';
import type { DeliveryRecord, EndpointRecord } from '../../readers/webhook-reader.ts';
import type { WebhookDeliveryType, WebhookEndpointType } from '../types/webhook-endpoint.type.ts';

export function presentEndpoint(endpoint: EndpointRecord): WebhookEndpointType {
  return { __typename: 'WebhookEndpoint', ...endpoint };
}

/** As the webhooks service answers it. */
export function presentEndpointView({ createdAt, ...endpoint }: EndpointView): WebhookEndpointType {
  return { __typename: 'WebhookEndpoint', ...endpoint, createdAt: new Date(createdAt) };
}

export function presentDelivery(delivery: DeliveryRecord): WebhookDeliveryType {
  return { __typename: 'WebhookDelivery', ...delivery };
}
