import { Field, ID, InputType } from '@nestjs/graphql';

/** The service that delivers knows which URLs and event types it takes, and answers for them. */
@InputType('CreateWebhookEndpointInput', { description: 'A URL that shall receive events.' })
export class CreateWebhookEndpointInput {
  @Field(() => String, { description: 'Where events are sent.' })
  readonly url!: string;

  @Field(() => [String], {
    defaultValue: ['*'],
    description: 'Which events; `*` means all of them, later ones included.',
  })
  readonly eventTypes!: readonly string[];
}

@InputType('DeleteWebhookEndpointInput', { description: 'An endpoint that shall receive nothing any more.' })
export class DeleteWebhookEndpointInput {
  @Field(() => ID, { description: 'The endpoint.' })
  readonly endpointId!: string;
}
