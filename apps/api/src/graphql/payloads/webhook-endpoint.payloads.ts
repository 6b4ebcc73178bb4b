import { Field, ObjectType } from '@nestjs/graphql';
import { UserErrorType } from '../types/user-error.type.ts';
import { WebhookEndpointType } from '../types/webhook-endpoint.type.ts';

@ObjectType('CreateWebhookEndpointPayload', { description: 'What became of `createWebhookEndpoint`.' })
export class CreateWebhookEndpointPayload {
  @Field(() => WebhookEndpointType, { nullable: true, description: 'The endpoint; null when it was refused.' })
  readonly endpoint!: WebhookEndpointType | null;

  @Field(() => String, {
    nullable: true,
    description: 'The secret by which deliveries are verified, `whsec_…`. Keep it: it is shown this once.',
  })
  readonly signingSecret!: string | null;

  @Field(() => [UserErrorType], { description: 'Why the mutation was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}

@ObjectType('DeleteWebhookEndpointPayload', { description: 'What became of `deleteWebhookEndpoint`.' })
export class DeleteWebhookEndpointPayload {
  @Field(() => WebhookEndpointType, {
    nullable: true,
    description: 'The endpoint as it was; null when it was refused.',
  })
  readonly endpoint!: WebhookEndpointType | null;

  @Field(() => [UserErrorType], { description: 'Why the mutation was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}
