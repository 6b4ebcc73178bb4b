import type { BuildSchemaOptions } from '@nestjs/graphql';
import { GraphQLSchema } from 'graphql';
import { InvalidStateErrorType, NotFoundErrorType, ValidationErrorType } from '../graphql/types/user-error.type.ts';
import { ApiKeysResolver } from './api-keys.resolver.ts';
import { BooksResolver } from './books.resolver.ts';
import { MerchantsResolver } from './merchants.resolver.ts';
import { OperationsResolver } from './operations.resolver.ts';
import { ReviewsResolver } from './reviews.resolver.ts';

/** All that the schema is made of; the printer of the SDL takes the same. */
export const adminResolvers = [MerchantsResolver, ApiKeysResolver, BooksResolver, OperationsResolver, ReviewsResolver];

/** What nothing names directly, and the schema would leave out. */
export const adminSchemaOptions: BuildSchemaOptions = {
  orphanedTypes: [ValidationErrorType, NotFoundErrorType, InvalidStateErrorType],
};

const errorTypes = ['ValidationError', 'NotFoundError', 'InvalidStateError'];

/**
 * The schema without what administration has no use for: Nest adds the types of every other schema of the process that
 * are not marked as somebody's (see `inAdminSchema`).
 */
export function withoutStrangers(schema: GraphQLSchema): GraphQLSchema {
  const types = errorTypes.flatMap((name) => schema.getType(name) ?? []);
  return new GraphQLSchema({ ...schema.toConfig(), types });
}
