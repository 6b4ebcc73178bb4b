import type { ApolloServerPlugin } from '@apollo/server';
import { costProblemOf } from './operation-cost.ts';

/** Refuses what costs too much, before anything of it is executed. */
export const costPlugin: ApolloServerPlugin = {
  requestDidStart: async () => ({
    async didResolveOperation({ schema, document, operationName, request }) {
      const name = operationName ?? undefined;
      const problem = costProblemOf({ schema, document, operationName: name, variables: request.variables });
      if (problem !== undefined) throw problem;
    },
  }),
};
