import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { mintApiKey } from '#security';
import { administer } from '../support/admin-door.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { whileAwayForApi } from '../support/database-away.ts';
import { sendBody, type HttpAnswer } from '../support/merchant-door.ts';
import { createMerchant } from '../support/payments.ts';
import { startApiHere, testAdminKey } from '../support/services.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let owner: pg.Client;
/** Two processes' worth of the API: what one of them does holds at the other. */
let api: NestFastifyApplication;
let otherApi: NestFastifyApplication;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const nats = { url: 'nats://127.0.0.1:1' };
  [api, otherApi] = await Promise.all([startApiHere({ database, nats }), startApiHere({ database, nats })]);
});

afterAll(async () => {
  await Promise.all([api.close(), otherApi.close()]);
  await owner.end();
  await database.drop();
});

interface CreatedKey {
  readonly id: string;
  readonly secretKey: string;
}

async function createKey(expiresAt: Date | null = null): Promise<CreatedKey> {
  const merchantId = await createMerchant(api);
  const { createApiKey } = await administer<{ createApiKey: { apiKey: { id: string }; secretKey: string } }>(
    api,
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secretKey } }`,
    { input: { merchantId, expiresAt } },
  );
  return { id: createApiKey.apiKey.id, secretKey: createApiKey.secretKey };
}

async function knock(
  at: NestFastifyApplication,
  authorization: string | undefined,
  path = '/graphql',
): Promise<HttpAnswer> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const graphqlUrl = `${await at.getUrl()}${path}`;
  const query = path === '/graphql' ? '{ payments(first: 1) { nodes { id } } }' : '{ merchants { id } }';
  const body = JSON.stringify({ query });
  return sendBody({ graphqlUrl, secretKey: '' }, body, { authorization: '', ...headers });
}

const bearer = (key: string): string => `Bearer ${key}`;

test('a key opens the merchant API; only its hash is kept', async () => {
  const { secretKey } = await createKey();
  expect((await knock(api, bearer(secretKey))).status).toBe(200);
  const { rows } = await owner.query<{ kept: string }>(
    `SELECT string_agg(api_key::text, ' ') AS kept FROM payments.api_key`,
  );
  expect(rows[0]?.kept).toContain(secretKey.slice(0, 14));
  expect(rows[0]?.kept).not.toContain(secretKey.slice(14));
});

describe('is refused with 401, a challenge and a sentence that says what to do:', () => {
  const mistyped = (key: string): string => key.slice(0, -8) + (key.at(-8) === 'a' ? 'b' : 'a') + key.slice(-7);

  test.each([
    ['no key', () => undefined, 'carries no secret key'],
    ['another scheme', () => `Basic ${btoa('me:secret')}`, 'has to read "Authorization: Bearer sk_test_…"'],
    ['a key without its end', (key: string) => bearer(key.slice(0, -1)), 'a character is missing or mistyped'],
    ['a key with a wrong character', (key: string) => bearer(mistyped(key)), 'a character is missing or mistyped'],
    ['a key that nobody was given', () => bearer(mintApiKey('sk_test').text), 'is not known here'],
    ['the admin key', () => bearer(testAdminKey), 'a character is missing or mistyped'],
  ])('%s', async (_, authorization, sentence) => {
    const { secretKey } = await createKey();
    const { status, headers, data, errors } = await knock(api, authorization(secretKey));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer realm="quittance merchant"');
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(errors[0]?.extensions.requestId).toBe(headers.get('x-request-id'));
    expect(errors[0]?.message).toContain(sentence);
  });

  test('another secret under a handle that exists', async () => {
    const { secretKey } = await createKey();
    const other = mintApiKey('sk_test', (size) => new Uint8Array(size).fill(7));
    await owner.query(`UPDATE payments.api_key SET lookup = $1 WHERE lookup = $2`, [
      other.handle,
      secretKey.slice(0, 14),
    ]);
    expect((await knock(api, bearer(other.text))).errors[0]?.message).toContain('is not known here');
  });

  test('a mistyped key, without a look-up', async () => {
    const { secretKey } = await createKey();
    await owner.query('REVOKE SELECT ON payments.api_key FROM quittance_api');
    try {
      expect((await knock(api, bearer(mintApiKey('sk_test').text))).status).toBe(500);
      expect((await knock(api, bearer(mistyped(secretKey)))).status).toBe(401);
    } finally {
      await owner.query('GRANT SELECT ON payments.api_key TO quittance_api');
    }
  });

  test('an expired key, from that moment on', async () => {
    const { id, secretKey } = await createKey(new Date(Date.now() + 3_600_000));
    expect((await knock(api, bearer(secretKey))).status).toBe(200);
    const expiredAt = new Date(Date.now() - 1);
    await owner.query('UPDATE payments.api_key SET expires_at = $1 WHERE lookup = $2', [
      expiredAt,
      secretKey.slice(0, 14),
    ]);
    const refused = await until(`${id} to expire`, async () => {
      const answer = await knock(api, bearer(secretKey));
      return answer.status === 401 && answer;
    });
    expect(refused.errors[0]?.message).toContain(`expired at ${expiredAt.toISOString()}`);
  });
});

test('a revoked key is refused everywhere within a second', async () => {
  const { id, secretKey } = await createKey();
  expect((await knock(api, bearer(secretKey))).status).toBe(200);
  expect((await knock(otherApi, bearer(secretKey))).status).toBe(200);

  const revoke = `mutation ($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) { apiKey { revokedAt } userErrors { message } }
  }`;
  const revoked = await administer<{ revokeApiKey: { apiKey: { revokedAt: string } } }>(api, revoke, {
    input: { apiKeyId: id },
  });
  const revokedAtMs = performance.now();
  expect((await knock(api, bearer(secretKey))).errors[0]?.message).toContain('was revoked');
  await until('the other process to refuse it', async () => (await knock(otherApi, bearer(secretKey))).status === 401);
  expect(performance.now() - revokedAtMs).toBeLessThan(1_000);

  expect(await administer(api, revoke, { input: { apiKeyId: id } })).toEqual(revoked);
});

test('while the database is away, a key is neither good nor bad', async () => {
  const { secretKey } = await createKey();
  const { status, headers, errors } = await whileAwayForApi(owner, database, () => knock(api, bearer(secretKey)));
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('1');
  expect(errors[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  await until('the key to be good again', async () => (await knock(api, bearer(secretKey))).status === 200);
});

test('fifty requests at once share one look-up of their key', async () => {
  const { secretKey } = await createKey();
  const statements = vi.spyOn(api.get<Sql>(SQL), 'query');
  // However long a busy machine takes for them, they are within the lifetime of an answer.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  await Promise.all(Array.from({ length: 50 }, () => knock(api, bearer(secretKey))));
  clock.mockRestore();
  const lookups = statements.mock.calls.filter(([text]) => text.includes('FROM api_key WHERE lookup'));
  statements.mockRestore();
  expect(lookups.length).toBe(1);
});

describe('the admin door', () => {
  test('opens to the admin key', async () => {
    expect((await knock(api, bearer(testAdminKey), '/admin/graphql')).status).toBe(200);
  });

  test.each([
    ['no key', () => undefined],
    ['another key', () => bearer(`${testAdminKey}x`)],
    ['the beginning of the key', () => bearer(testAdminKey.slice(0, -1))],
    ['a merchant’s key', (key: string) => bearer(key)],
  ])('stays shut for %s', async (_, authorization) => {
    const { secretKey } = await createKey();
    const { status, data, errors } = await knock(api, authorization(secretKey), '/admin/graphql');
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test.each(['/admin/graphql/', '/admin%2Fgraphql', '/Admin/graphql', '//admin/graphql', '/admin/./graphql'])(
    'is not reached as %s either',
    async (path) => {
      const response = await fetch(`${await api.getUrl()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ merchants { id } }' }),
      });
      expect([401, 404]).toContain(response.status);
    },
  );
});
