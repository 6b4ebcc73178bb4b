import { GraphQLSchema } from 'graphql';

/**
 * The schema with the types that its queries, mutations and subscriptions lead to, and those that are named beside them
 * because only an interface leads there. Nest adds the types of every other schema of the process.
 */
export function withOwnTypesOnly(schema: GraphQLSchema, named: readonly string[]): GraphQLSchema {
  const types = named.flatMap((name) => schema.getType(name) ?? []);
  return new GraphQLSchema({ ...schema.toConfig(), types });
}
