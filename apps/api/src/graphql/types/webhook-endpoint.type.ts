import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { connectionOf } from './connection.ts';
import { NodeType } from './node.type.ts';

export const WebhookEndpointStatusType = {
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  DISABLED_BY_FAILURES: 'disabled_by_failures',
} as const;
export type WebhookEndpointStatus = (typeof WebhookEndpointStatusType)[keyof typeof WebhookEndpointStatusType];

registerEnumType(WebhookEndpointStatusType, {
  name: 'WebhookEndpointStatus',
  description: 'Whether events are delivered to an endpoint.',
  valuesMap: {
    ENABLED: { description: 'Events are delivered.' },
    DISABLED: { description: 'Deleted, or the receiver answered 410 Gone.' },
    DISABLED_BY_FAILURES: { description: 'The receiver has taken nothing for days.' },
  },
});

export const WebhookDeliveryStatusType = {
  PENDING: 'pending',
  DELIVERED: 'delivered',
  EXHAUSTED: 'exhausted',
  CANCELLED: 'cancelled',
} as const;
export type WebhookDeliveryStatus = (typeof WebhookDeliveryStatusType)[keyof typeof WebhookDeliveryStatusType];

registerEnumType(WebhookDeliveryStatusType, {
  name: 'WebhookDeliveryStatus',
  description: 'What became of a delivery.',
  valuesMap: {
    PENDING: { description: 'There is another attempt to come.' },
    DELIVERED: { description: 'The receiver answered 2xx.' },
    EXHAUSTED: { description: 'All attempts of the schedule failed.' },
    CANCELLED: { description: 'Given up because the endpoint was disabled or deleted.' },
  },
});

@ObjectType('WebhookAttempt', { description: 'One HTTP request of a delivery.' })
export class WebhookAttemptType {
  @Field(() => Int, { description: '1, 2, 3, …' })
  readonly number!: number;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  readonly at!: Date;

  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  readonly durationMs!: number;

  @Field(() => Int, { nullable: true, description: 'The HTTP status that came back; null when none did.' })
  readonly responseStatus!: number | null;

  @Field(() => String, { nullable: true, description: 'What went wrong; null on success.' })
  readonly error!: string | null;
}

@ObjectType('WebhookDelivery', {
  description: 'One event on its way to one endpoint.',
  implements: () => [NodeType],
})
export class WebhookDeliveryType extends NodeType {
  override readonly __typename = 'WebhookDelivery';

  @Field(() => ID, { description: 'The event; also the header `webhook-id`.' })
  readonly eventId!: string;

  @Field(() => WebhookDeliveryStatusType, { description: 'What became of it.' })
  readonly status!: WebhookDeliveryStatus;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is tried next; null when it is over.' })
  readonly nextAttemptAt!: Date | null;
}

@ObjectType('WebhookEndpoint', {
  description: 'A URL of the merchant’s that receives events, signed by the Standard Webhooks specification.',
  implements: () => [NodeType],
})
export class WebhookEndpointType extends NodeType {
  override readonly __typename = 'WebhookEndpoint';

  @Field(() => String, { description: 'Where events are sent.' })
  readonly url!: string;

  @Field(() => WebhookEndpointStatusType, { description: 'Whether they are.' })
  readonly status!: WebhookEndpointStatus;

  @Field(() => [String], { description: 'Which events; `*` means all of them, later ones included.' })
  readonly eventTypes!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;
}

const { connection } = connectionOf('WebhookDelivery', WebhookDeliveryType, 'deliveries');
export const WebhookDeliveryConnectionType = connection;
