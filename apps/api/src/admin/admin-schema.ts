import type { BuildSchemaOptions } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { withOwnTypesOnly } from '../graphql/own-types.ts';
import { InvalidStateErrorType, NotFoundErrorType, ValidationErrorType } from '../graphql/types/user-error.type.ts';
import { AcquirersResolver } from './acquirers.resolver.ts';
import { ApiKeysResolver } from './api-keys.resolver.ts';
import { BooksResolver } from './books.resolver.ts';
import { MerchantsResolver } from './merchants.resolver.ts';
import { OperationsResolver } from './operations.resolver.ts';
import { ReviewsResolver } from './reviews.resolver.ts';
import { RoutingResolver } from './routing.resolver.ts';
import { StuckSagasResolver } from './stuck-sagas.resolver.ts';
import { RoutingErrorType } from './types/routing.type.ts';

/** All that the schema is made of; the printer of the SDL takes the same. */
export const adminResolvers = [
  AcquirersResolver,
  MerchantsResolver,
  ApiKeysResolver,
  BooksResolver,
  OperationsResolver,
  ReviewsResolver,
  RoutingResolver,
  StuckSagasResolver,
];

/** What nothing names directly, and the schema would leave out. */
export const adminSchemaOptions: BuildSchemaOptions = {
  orphanedTypes: [ValidationErrorType, NotFoundErrorType, InvalidStateErrorType, RoutingErrorType],
};

const rootDescriptions = {
  Query: 'What the platform’s own people can look at.',
  Mutation: 'What the platform’s own people can ask for.',
} as const;

/** What decorators cannot say about the schema. */
export function finishAdminSchema(schema: GraphQLSchema): GraphQLSchema {
  const own = withOwnTypesOnly(schema, ['ValidationError', 'NotFoundError', 'InvalidStateError', 'RoutingError']);
  for (const [name, description] of Object.entries(rootDescriptions)) {
    const type = own.getType(name);
    if (type !== undefined) type.description = description;
  }
  return own;
}
