import type { BuildSchemaOptions } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { withOwnTypesOnly } from './own-types.ts';
import { SubscriptionsResolver } from '../subscriptions/subscriptions.resolver.ts';
import { CreatePaymentResolver } from './resolvers/create-payment.resolver.ts';
import { DisputeEvidenceResolver } from './resolvers/dispute-evidence.resolver.ts';
import { EventQueriesResolver } from './resolvers/event-queries.resolver.ts';
import { FollowUpResolver } from './resolvers/follow-up.resolver.ts';
import { NodeResolver } from './resolvers/node.resolver.ts';
import { PaymentQueriesResolver } from './resolvers/payment-queries.resolver.ts';
import { PaymentResolver } from './resolvers/payment.resolver.ts';
import { WebhookDeliveryResolver, WebhookEndpointResolver } from './resolvers/webhook-endpoint.resolver.ts';
import { WebhookEndpointsResolver } from './resolvers/webhook-endpoints.resolver.ts';
import { admitUnknownCurrencies } from './types/currency-code.enum.ts';
import { userErrorTypes } from './types/user-error.type.ts';

/** All that the schema is made of; the printer of the SDL takes the same. */
export const merchantResolvers = [
  NodeResolver,
  PaymentQueriesResolver,
  PaymentResolver,
  EventQueriesResolver,
  WebhookEndpointsResolver,
  WebhookEndpointResolver,
  WebhookDeliveryResolver,
  CreatePaymentResolver,
  FollowUpResolver,
  DisputeEvidenceResolver,
  SubscriptionsResolver,
];

export const merchantSchemaOptions: BuildSchemaOptions = { orphanedTypes: userErrorTypes };

const rootDescriptions = {
  Query: 'What a merchant can look at; only the merchant’s own, whatever id is asked for.',
  Mutation: 'What a merchant can ask for. One operation moves money once.',
  Subscription: 'What a merchant can watch.',
} as const;

/** Nothing but the interface leads to these. */
const errorTypeNames = [
  'ValidationError',
  'NotFoundError',
  'InvalidStateError',
  'AmountExceededError',
  'IdempotencyConflictError',
];

/** What decorators cannot say about the schema. */
export function finishMerchantSchema(schema: GraphQLSchema): GraphQLSchema {
  const own = withOwnTypesOnly(schema, errorTypeNames);
  for (const [name, description] of Object.entries(rootDescriptions)) {
    const type = own.getType(name);
    if (type !== undefined) type.description = description;
  }
  return admitUnknownCurrencies(own);
}
