import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStore } from '../../apps/api/src/stores/api-key-store.ts';
import type { Ids, MerchantId } from '#domain';
import { IDS } from '#runtime';
import { hashApiKey, mintApiKey } from '#security';
import { createMerchant } from './payments.ts';

/** A merchant with a secret key, and the address at which an API takes it. */
export interface MerchantDoor {
  readonly merchantId: MerchantId;
  readonly secretKey: string;
  readonly graphqlUrl: string;
}

/** Of a merchant that there is already, or of a new one. */
export async function openMerchantDoor(api: NestFastifyApplication, known?: MerchantId): Promise<MerchantDoor> {
  const merchantId = known ?? (await createMerchant(api));
  const secret = mintApiKey('sk_test');
  await api.get(ApiKeyStore).create({
    id: api.get<Ids>(IDS).next('key'),
    merchantId,
    handle: secret.handle,
    hash: hashApiKey(secret),
    createdAt: new Date(),
    expiresAt: null,
    revokedAt: null,
  });
  return { merchantId, secretKey: secret.text, graphqlUrl: `${await api.getUrl()}/graphql` };
}

export interface HttpAnswer<Data = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphqlErrorView[];
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

export interface GraphqlErrorView {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly requestId: string } & Readonly<Record<string, unknown>>;
}

/** Sends an operation as a client would, and gives back all that came of it. */
export async function ask<Data = Record<string, unknown>>(
  { graphqlUrl, secretKey }: MerchantDoor,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer<Data>> {
  return sendBody<Data>({ graphqlUrl, secretKey }, JSON.stringify({ query, variables }), headers);
}

/** As `ask`, with a body of the test's own: JSON can say more than `JSON.stringify` does. */
export async function sendBody<Data = Record<string, unknown>>(
  { graphqlUrl, secretKey }: Pick<MerchantDoor, 'graphqlUrl' | 'secretKey'>,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer<Data>> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secretKey}`, ...headers },
    body,
  });
  const answer = (await response.json()) as {
    data?: Data | null;
    errors?: GraphqlErrorView[];
    extensions?: Record<string, unknown>;
  };
  const { status, headers: answered } = response;
  return { status, headers: answered, data: answer.data, errors: answer.errors ?? [], extensions: answer.extensions };
}
