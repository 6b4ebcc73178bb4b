import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { SandboxConfig } from '../../apps/sandbox/src/sandbox.config.ts';
import { Sandbox } from './support/sandbox.ts';
import { test } from './support/sandbox-test.ts';

const authorizations = '/acquirers/alpha/authorizations';
const authorization = { cardToken: 'tok_visa', amountMinor: 100, currency: 'EUR', reference: 'r' };
const invalid = { status: 400, body: { error: { code: 'invalid_request', message: expect.any(String) } } };

describe('a body', () => {
  test.for([
    ['an amount of zero', { amountMinor: 0 }],
    ['a negative amount', { amountMinor: -1 }],
    ['a fraction', { amountMinor: 10.99 }],
    ['an amount as text', { amountMinor: '100' }],
    ['an amount beyond 2^53', { amountMinor: 2 ** 53 }],
    ['a small currency', { currency: 'eur' }],
    ['no currency', { currency: undefined }],
    ['an empty reference', { reference: '' }],
    ['a token that is no text', { cardToken: 7 }],
    ['a field too many', { amount: 1 }],
  ] as const)('with %s is refused and names the field', async ([, wrong], { sandbox }) => {
    const key = randomUUID();
    const body = JSON.stringify({ ...authorization, ...wrong });
    const answer = await sandbox.request('POST', authorizations, { key, body });

    expect(answer).toMatchObject(invalid);
    expect(answer.text).toContain(Object.keys(wrong)[0]);
    expect(await sandbox.truth(key)).toBeUndefined();
  });

  test.for(['', '{', 'null', '[]', '"text"'])('of %j is refused', async (body, { sandbox }) => {
    expect(await sandbox.request('POST', authorizations, { key: randomUUID(), body })).toMatchObject(invalid);
  });

  test('of an exact large amount is taken exactly', async ({ sandbox }) => {
    const answer = await sandbox.authorize({
      cardToken: 'tok_visa',
      amountMinor: Number.MAX_SAFE_INTEGER,
      currency: 'XTS',
    });
    expect(answer.text).toContain('"amountMinor":9007199254740991');
  });

  test('larger than any honest request is refused', async ({ sandbox }) => {
    const body = JSON.stringify({ ...authorization, reference: 'r'.repeat(20_000) });
    expect(await sandbox.request('POST', authorizations, { key: 'large', body })).toMatchObject({
      status: 413,
      body: { error: { code: 'invalid_request' } },
    });
  });

  test('may be absent for a void, and must otherwise be right for each operation', async ({ sandbox }) => {
    const authorizationId = await sandbox.authorized('tok_visa');
    const base = `/acquirers/alpha/authorizations/${authorizationId}`;
    const post = (path: string, body?: string) => sandbox.request('POST', path, { key: randomUUID(), body });

    expect(await post(`${base}/captures`, '{"amountMinor":1}')).toMatchObject(invalid);
    expect(await post(`${base}/captures`, '{"amountMinor":0,"final":true}')).toMatchObject(invalid);
    expect(await post(`${base}/voids`, '{"amountMinor":1}')).toMatchObject(invalid);
    expect(await post(`/acquirers/alpha/authorizations/auth_0/refunds`, '{"amountMinor":-1}')).toMatchObject(invalid);
    expect(await post(`${base}/voids`)).toMatchObject({ status: 200, body: { status: 'approved' } });
  });
});

describe('an address', () => {
  test.for(['', 'two words', 'k'.repeat(256), 'ü'])(
    'with the idempotency key %j is refused',
    async (key, { sandbox }) => {
      const body = JSON.stringify(authorization);
      expect(await sandbox.request('POST', authorizations, { key, body })).toMatchObject(invalid);
    },
  );

  test('without an idempotency key is refused', async ({ sandbox }) => {
    const body = JSON.stringify(authorization);
    expect(await sandbox.request('POST', authorizations, { body })).toMatchObject(invalid);
  });

  test('of an unknown acquirer or page is refused in the same shape', async ({ sandbox }) => {
    expect(await sandbox.authorize({ cardToken: 'tok_visa', acquirer: 'delta' })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_acquirer' } },
    });
    expect(await sandbox.get('/nowhere')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect(await sandbox.find('nobody')).toMatchObject({ status: 404, body: { status: 'not_found' } });
  });
});

describe('the process', () => {
  test('answers that it lives, that it is ready, and its numbers', async ({ freshSandbox: sandbox }) => {
    await sandbox.authorized('tok_visa');
    await sandbox.authorize({ cardToken: 'tok_garbage' });

    expect(await sandbox.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await sandbox.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const metrics = await sandbox.get('/metrics');
    expect(metrics).toMatchObject({ status: 200, type: expect.stringContaining('text/plain') });
    expect(metrics.text).toContain(
      'sandbox_acquirer_replies_total{acquirer="alpha",operation="authorize",tells="garbled"} 1',
    );
    expect(metrics.text).toContain('process_resident_memory_bytes');
  });

  test('is alive and not ready without its database, and does not say that nothing was done', async ({ databases }) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database);
    await database.drop();

    expect(await sandbox.get('/healthz')).toMatchObject({ status: 200 });
    expect(await sandbox.get('/readyz')).toMatchObject({ status: 503, body: { down: ['database'] } });
    expect(await sandbox.authorize({ cardToken: 'tok_visa' })).toMatchObject({
      status: 500,
      body: { error: { code: 'internal' } },
    });
    await sandbox.stop();
  });
});

describe('the configuration', () => {
  const environment = { DATABASE_URL: 'postgresql://role:word@127.0.0.1:1/name', PORT: '3005' };

  test('has the house defaults', () => {
    expect(SandboxConfig.fromEnvironment(environment)).toMatchObject({
      port: 3_005,
      host: '127.0.0.1',
      logLevel: 'info',
      seed: '1',
      controllable: false,
      temperament: 'own',
      callbackUrl: null,
      publicUrl: null,
    });
    expect(SandboxConfig.fromEnvironment({ ...environment, NODE_ENV: 'development' }).controllable).toBe(true);
  });

  test.for([
    ['DATABASE_URL', undefined],
    ['DATABASE_URL', 'mysql://127.0.0.1/name'],
    ['PORT', undefined],
    ['PORT', ''],
    ['PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
    ['SANDBOX_SEED', ''],
    ['SANDBOX_TEMPERAMENT', 'hot'],
    ['SANDBOX_CALLBACK_URL', '127.0.0.1:3001'],
    ['SANDBOX_CALLBACK_SECRET', ''],
    ['SANDBOX_PUBLIC_URL', 'ftp://127.0.0.1/'],
  ] as const)('with %s=%s is one line that names the variable', ([name, value]) => {
    const start = () => SandboxConfig.fromEnvironment({ ...environment, [name]: value });
    expect(start).toThrow(new RegExp(`^The sandbox cannot start: ${name}: .+$`));
  });
});
