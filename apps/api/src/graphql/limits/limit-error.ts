import { GraphQLError, type ASTNode } from 'graphql';

/** A request that asks for more than we answer at once. Says what the limit is, so that the client can be mended. */
export function limitError(
  message: string,
  limit: number,
  actual: number,
  nodes?: ASTNode | readonly ASTNode[],
): GraphQLError {
  return new GraphQLError(message, {
    ...(nodes === undefined ? {} : { nodes }),
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit, actual, http: { status: 400 } },
  });
}
