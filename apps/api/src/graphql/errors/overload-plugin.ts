import type { ApolloServerPlugin } from '@apollo/server';
import { HttpStatus } from '@nestjs/common';
import type { MerchantContext } from '../merchant-context.ts';
import { overloadedCode } from './mask-error.ts';

/**
 * Says a refusal for want of time in the words of HTTP, too: `Retry-After`, and status 503 when nothing else was asked for.
 * An error status is allowed only for an answer without `data`, so that answer has none: no field was carried out, and
 * its error belongs to the whole request.
 */
export const overloadPlugin: ApolloServerPlugin<MerchantContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ response }) {
      if (response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      const refusal = singleResult.errors?.find(({ extensions }) => extensions?.['code'] === overloadedCode);
      if (refusal === undefined) return;
      const retryAfterMs = Number(refusal.extensions?.['retryAfterMs']);
      response.http.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
      if (Object.keys(singleResult.data ?? {}).length > 1) return;
      response.http.status = HttpStatus.SERVICE_UNAVAILABLE;
      delete singleResult.data;
      const { message, extensions } = refusal;
      singleResult.errors = [{ message, ...(extensions === undefined ? {} : { extensions }) }];
    },
  }),
};
