import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getIntrospectionQuery } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, sendBody, type HttpAnswer, type MerchantDoor } from '../support/merchant-door.ts';
import { startApiHere } from '../support/services.ts';

let database: TestDatabase;
let api: NestFastifyApplication;
let owner: pg.Client;
let door: MerchantDoor;

/** Nobody listens at this address: what needs the broker is away. */
const noNats = { url: 'nats://127.0.0.1:1' };

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: noNats, environment: { LOG_LEVEL: 'silent' } });
  door = await openMerchantDoor(api);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

/** The one error of an answer, after a look at what every error has to be. */
function onlyError(answer: HttpAnswer): HttpAnswer['errors'][number] {
  expect(answer.errors).toHaveLength(1);
  const [error] = answer.errors;
  if (error === undefined) throw new Error('there is one');
  expect(error.extensions.requestId).toMatch(/^req_[0-9a-z]{26}$/);
  expect(error.extensions.requestId).toBe(answer.headers.get('x-request-id'));
  expect(Object.keys(error.extensions)).not.toContain('stacktrace');
  expect(Object.keys(error.extensions)).not.toContain('originalError');
  expect(JSON.stringify(error)).not.toMatch(/at .*\.(ts|js):\d+/);
  return error;
}

describe('every error has a code and the id of its request', () => {
  test.each([
    ['no GraphQL', '{"query":"{ payment("}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['an unknown field', '{"query":"{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing argument', '{"query":"{ payment { id } }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', '{"query":"query ($id: ID!) { payment(id: $id) { id } }"}', 400, 'BAD_USER_INPUT'],
    ['a list of operations', '[{"query":"{ __typename }"}]', 400, 'BAD_REQUEST'],
    ['no JSON', '{', 400, 'BAD_REQUEST'],
    ['an empty body', '', 400, 'BAD_REQUEST'],
    ['300 kB', `{"query":"{ __typename } #${'x'.repeat(300_000)}"}`, 413, 'BAD_REQUEST'],
    [
      'an unknown operation',
      '{"query":"query A { __typename }","operationName":"B"}',
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a page of 101', '{"query":"{ payments(first: 101) { nodes { id } } }"}', 200, 'BAD_USER_INPUT'],
    ['a page of −1', '{"query":"{ payments(last: -1) { nodes { id } } }"}', 200, 'BAD_USER_INPUT'],
    ['both ends', '{"query":"{ payments(first: 1, last: 1) { nodes { id } } }"}', 200, 'BAD_USER_INPUT'],
    ['a made-up cursor', '{"query":"{ payments(after: \\"MTA=\\") { nodes { id } } }"}', 200, 'BAD_USER_INPUT'],
    [
      'no date',
      '{"query":"{ payments(filter: {createdAfter: \\"2026-02-30T00:00:00Z\\"}) { nodes { id } } }"}',
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_, body, status, code) => {
    const answer = await sendBody(door, body);
    expect(onlyError(answer).extensions.code).toBe(code);
    expect(answer.status).toBe(status);
  });

  test('no key', async () => {
    const answer = await sendBody({ ...door, secretKey: 'nonsense' }, '{"query":"{ __typename }"}');
    expect(onlyError(answer).extensions.code).toBe('UNAUTHENTICATED');
    expect(answer.status).toBe(401);
  });

  test('a form that somebody else’s page could send', async () => {
    const answer = await sendBody(door, '{"query":"{ __typename }"}', { 'content-type': 'text/plain' });
    expect(onlyError(answer).extensions.code).toBe('BAD_REQUEST');
  });

  test('the caller’s own id is used when it is a decent one', async () => {
    const send = (id: string): Promise<HttpAnswer> => ask(door, '{ nothing }', {}, { 'x-request-id': id });
    expect((await send('shop-4711_a.b')).errors[0]?.extensions.requestId).toBe('shop-4711_a.b');
    expect((await send('short')).errors[0]?.extensions.requestId).toMatch(/^req_/);
    expect((await send('x'.repeat(200))).errors[0]?.extensions.requestId).toMatch(/^req_/);
    expect((await send('<b>html</b>')).errors[0]?.extensions.requestId).toMatch(/^req_/);
  });

  test('a mutation by GET is refused', async () => {
    const query = encodeURIComponent(
      'mutation { deleteWebhookEndpoint(input: {endpointId: "x"}) { userErrors { code } } }',
    );
    const response = await fetch(`${door.graphqlUrl}?query=${query}`, {
      headers: { authorization: `Bearer ${door.secretKey}`, 'apollo-require-preflight': 'true' },
    });
    expect(response.status).toBe(405);
  });
});

describe('what went wrong inside stays inside', () => {
  test('a fault of ours is masked', async () => {
    await owner.query('ALTER TABLE payments.payment RENAME TO elsewhere');
    try {
      const error = onlyError(await ask(door, '{ payments { nodes { id } } }'));
      expect(error.extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(error.message).not.toMatch(/relation|payment/);
    } finally {
      await owner.query('ALTER TABLE payments.elsewhere RENAME TO payment');
    }
  });

  test('a service that is away is told as something to try again', async () => {
    const mutation = 'mutation { createWebhookEndpoint(input: {url: "https://example.com"}) { signingSecret } }';
    const error = onlyError(await ask(door, mutation));
    expect(error.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(error.message).not.toMatch(/broker|NATS/i);
  });
});

describe('what asks for too much is refused before it is done', () => {
  const levels = (count: number): string => `${'a { '.repeat(count - 1)}a${' }'.repeat(count - 1)}`;
  const fields = (count: number): string => Array.from({ length: count }, () => '__typename').join(' ');
  const bomb = (size: number): string =>
    `query { payments { nodes { ...F0 } } }
     ${Array.from({ length: size }, (_, n) => `fragment F${n} on Payment { ...F${n + 1} ...G${n + 1} } fragment G${n} on Payment { ...F${n + 1} ...G${n + 1} }`).join(' ')}
     fragment F${size} on Payment { id } fragment G${size} on Payment { id }`;

  test.each([
    ['levels', `{ ${levels(13)} }`, /13 levels deep/],
    ['fields', `{ payments { nodes { ${fields(501)} } } }`, /fields/],
    ['aliases', `{ payments { nodes { ${Array.from({ length: 31 }, (_, n) => `a${n}: id`).join(' ')} } } }`, /aliases/],
    ['aliases of __typename', `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }`, /aliases/],
    ['directives', `{ payments { nodes { id ${'@include(if: true) '.repeat(51)} } } }`, /51 directives/],
    ['directives of many fields', `{ payments { nodes { ${'id @include(if: true) '.repeat(51)} } } }`, /directives/],
    [
      'root fields',
      `{ ${Array.from({ length: 11 }, (_, n) => `a${n}: webhookEndpoints { id }`).join(' ')} }`,
      /things at once/,
    ],
    ['cost', '{ payments(first: 100) { nodes { events(first: 100) { nodes { id type } } } } }', /costs \d+/],
    ['tokens', `{ ${'__typename '.repeat(1_001)} }`, /token/],
    ['fragments that double', bomb(18), /fields/],
    ['fragments in a circle', 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }', /fragment/],
  ])('%s', async (_, query, message) => {
    const began = performance.now();
    const answer = await sendBody(door, JSON.stringify({ query }));
    expect(answer.errors.map((error) => error.message).join('\n')).toMatch(message);
    expect(answer.data ?? null).toBeNull();
    expect(answer.status).toBe(400);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('page sizes in variables count', async () => {
    const query = 'query ($n: Int) { payments(first: $n) { nodes { events(first: $n) { nodes { id } } } } }';
    expect((await ask(door, query, { n: 5 })).errors).toEqual([]);
    const error = onlyError(await ask(door, query, { n: 100 }));
    expect(error.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', limit: 10_000 });
    expect((await ask(door, query, { n: 5 })).errors).toEqual([]);
  });

  test.each([
    [
      'by aliases',
      'mutation ($i: VoidPaymentInput!) { a: voidPayment(input: $i) { __typename } b: voidPayment(input: $i) { __typename } }',
    ],
    [
      'by fragments',
      'mutation ($i: VoidPaymentInput!) { ...A ...B } fragment A on Mutation { a: voidPayment(input: $i) { __typename } } fragment B on Mutation { b: voidPayment(input: $i) { __typename } }',
    ],
  ])('two movements of money in one operation, %s', async (_, query) => {
    const error = onlyError(await ask(door, query, { i: { idempotencyKey: 'k', paymentId: 'x' } }));
    expect(error.message).toMatch(/moves money once/);
  });

  test('the largest useful page is within the limits', async () => {
    const query = `{ payments(first: 100) { edges { cursor node {
      id reference status captureMethod allowedActions metadata createdAt updatedAt
      amount { minor decimal currency } authorized { minor } captured { minor } refunded { minor }
      decline { code message retryable source } risk { decision score reasons assessedAt }
      settlement { status batchId net { minor } fee { minor } settledAt }
      attempts { number acquirer operation outcome } captures { id amount { minor } status }
      refunds { id amount { minor } status }
    } } pageInfo { hasNextPage endCursor } } }`;
    expect((await ask(door, query)).errors).toEqual([]);
  });

  test('so is the introspection that tools send', async () => {
    const query = getIntrospectionQuery({ specifiedByUrl: true, oneOf: true, inputValueDeprecation: true });
    expect((await ask(door, query)).errors).toEqual([]);
  });
});

test('in production the schema is not told, unless the operator says so', async () => {
  const introspectionIn = async (environment: Record<string, string>): Promise<number> => {
    const app = await startApiHere({ database, nats: noNats, environment });
    try {
      const merchant = await openMerchantDoor(app);
      const misspelt = await ask(merchant, '{ payment_ }');
      expect(misspelt.errors[0]?.message.includes('Did you mean')).toBe(environment['GRAPHQL_INTROSPECTION'] === 'on');
      return (await ask(merchant, '{ __schema { queryType { name } } }')).errors.length;
    } finally {
      await app.close();
    }
  };
  expect(await introspectionIn({ NODE_ENV: 'production' })).toBe(1);
  expect(await introspectionIn({ NODE_ENV: 'production', GRAPHQL_INTROSPECTION: 'on' })).toBe(0);
});
