import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import type { Placeholders } from './placeholders.ts';

const path = '/graphql';

/** Asks the API by HTTP, and subscribes over a WebSocket, with the key that is asked for at each operation. */
export function createFetcher(secretKey: string, placeholders: Placeholders): Fetcher {
  const authorization = `Bearer ${secretKey}`;
  const webSocketUrl = new URL(path, location.href.replace(/^http/, 'ws')).href;
  const ask = createGraphiQLFetcher({
    url: path,
    headers: secretKey === '' ? {} : { authorization },
    wsClient: createClient({ url: webSocketUrl, connectionParams: { authorization }, retryAttempts: 0 }),
    enableIncrementalDelivery: false,
  });
  return async (params, options) => {
    const answer = await ask({ ...params, variables: placeholders.fill(params.variables) }, options);
    if (params.operationName !== 'IntrospectionQuery') placeholders.notice(answer);
    return answer;
  };
}
