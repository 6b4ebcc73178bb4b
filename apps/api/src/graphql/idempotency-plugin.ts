import type { ApolloServerPlugin } from '@apollo/server';
import type { MerchantContext } from './merchant-context.ts';

/** Tells in `extensions.idempotency` whether the answer is a replay of what the key did before. */
export const idempotencyPlugin: ApolloServerPlugin<MerchantContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, response }) {
      const { idempotency } = contextValue;
      if (idempotency === undefined || response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      singleResult.extensions = { ...singleResult.extensions, idempotency };
    },
  }),
};
