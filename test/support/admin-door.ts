import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sendBody, type HttpAnswer } from './merchant-door.ts';
import { testAdminKey } from './services.ts';

/** Sends an operation to /admin/graphql with the admin key of the run. */
export async function askAdmin<Data = Record<string, unknown>>(
  api: NestFastifyApplication,
  query: string,
  variables: object = {},
): Promise<HttpAnswer<Data>> {
  const graphqlUrl = `${await api.getUrl()}/admin/graphql`;
  return sendBody<Data>({ graphqlUrl, secretKey: testAdminKey }, JSON.stringify({ query, variables }));
}

/** As `askAdmin`, for operations that are expected to be answered: the data, or what went wrong as the test's failure. */
export async function administer<Data>(
  api: NestFastifyApplication,
  query: string,
  variables: object = {},
): Promise<Data> {
  const { data, errors } = await askAdmin<Data>(api, query, variables);
  if (data === null || data === undefined || errors.length > 0) throw new Error(JSON.stringify(errors));
  return data;
}
