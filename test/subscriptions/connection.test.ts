import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { idOf, uuidOf } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { mintApiKey } from '#security';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { whileAwayForApi } from '../support/database-away.ts';
import { ask, openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { askForUpgrade, RawSocket } from '../support/raw-socket.ts';
import { startApiHere } from '../support/services.ts';
import { Subscriber } from '../support/subscriber.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let owner: pg.Pool;
let api: NestFastifyApplication;
let door: MerchantDoor;

const nats = { url: 'nats://127.0.0.1:1' };

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Pool({ connectionString: database.ownerUrl });
  api = await startApiHere({ database, nats });
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

beforeEach(async () => {
  door = await openMerchantDoor(api);
});

const stillServes = async (): Promise<void> => {
  expect((await ask(door, '{ payments(first: 1) { nodes { id } } }')).status).toBe(200);
};

const handshake = {
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': Buffer.from('sixteen bytes...').toString('base64'),
  'Sec-WebSocket-Protocol': 'graphql-transport-ws',
};

const everything = 'subscription { events { id } }';

describe('the upgrade', () => {
  test.each([
    ['at another path', '/playground', {}, 404],
    ['at the admins’ path', '/admin/graphql', {}, 404],
    ['at a path that looks like it', '/graphql/', {}, 404],
    ['from a page of another origin', '/graphql', { Origin: 'https://evil.example' }, 403],
    ['from a page without an origin of its own', '/graphql', { Origin: 'null' }, 403],
    ['for another subprotocol', '/graphql', { 'Sec-WebSocket-Protocol': 'graphql-ws' }, 400],
    ['of a version that is none', '/graphql', { 'Sec-WebSocket-Version': '1' }, 400],
  ])('%s is refused in HTTP, and the socket let go', async (_, path, headers, status) => {
    const { socket, answer } = await askForUpgrade(`${await api.getUrl()}${path}`, { ...handshake, ...headers });
    expect(await answer()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await until('the socket to be let go', () => socket.closed || socket.readableEnded);
    await stillServes();
  });

  test.each(['/graphql', '/playground'])('at %s may be broken off at any moment', async (path) => {
    for (let times = 0; times < 20; times += 1) {
      const { socket } = await askForUpgrade(`${await api.getUrl()}${path}`, handshake);
      socket.resetAndDestroy();
    }
    await stillServes();
  });

  test.each(['/graphql', '/playground'])('at %s may end in an error of the socket', async (url) => {
    const socket = new PassThrough();
    const headers = { upgrade: 'websocket', host: 'here', 'sec-websocket-protocol': 'graphql-transport-ws' };
    api.getHttpServer().emit('upgrade', { url, method: 'GET', headers }, socket, Buffer.alloc(0));
    expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow();
    await stillServes();
  });

  test('is granted to programs, and to pages of our own', async () => {
    const own = new URL(door.graphqlUrl).origin;
    for (const options of [{}, { origin: own }]) {
      const raw = await RawSocket.open(door, options);
      expect(raw.socket.protocol).toBe('graphql-transport-ws');
      raw.leave();
    }
  });

  test('to a protocol that nobody speaks here is ignored, and the request answered', async () => {
    const body = JSON.stringify({ query: '{ payments(first: 1) { nodes { id } } }' });
    const { answer, socket } = await askForUpgrade(
      door.graphqlUrl,
      {
        Connection: 'Upgrade, HTTP2-Settings',
        Upgrade: 'h2c',
        'HTTP2-Settings': 'AAMAAABkAAQAAP__',
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
        Authorization: `Bearer ${door.secretKey}`,
      },
      { method: 'POST', body },
    );
    expect(await answer()).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });
});

describe('a connection', () => {
  test.each([
    ['in its parameters', { authorization: 'KEY' }, {}],
    ['in its parameters, written like a header', { Authorization: 'KEY' }, {}],
    ['in a header', undefined, { headers: { authorization: 'KEY' } }],
  ])('is let in by a key %s', async (_, parameters, options) => {
    const insert = <Value>(value: Value): Value =>
      JSON.parse(JSON.stringify(value ?? null).replace('KEY', `Bearer ${door.secretKey}`)) as Value;
    const raw = await RawSocket.open(door, insert(options));
    raw.send({ type: 'connection_init', ...(parameters === undefined ? {} : { payload: insert(parameters) }) });
    await raw.hear('connection_ack');
    raw.leave();
  });

  test.each([
    ['without a key', () => ({}), 'No key: connect with'],
    ['with something else than a key', () => ({ authorization: 7 }), 'No key: connect with'],
    ['with a scheme of its own', () => ({ authorization: 'Token x' }), 'has to read "Bearer sk_test_…"'],
    ['with half a key', (key: string) => ({ authorization: `Bearer ${key.slice(0, -1)}` }), 'no complete key'],
    ['with a key that is none', () => ({ authorization: `Bearer ${mintApiKey('sk_test').text}` }), 'not known here'],
  ])('%s is closed with 4403 and the reason', async (_, parameters, reason) => {
    const raw = await RawSocket.open(door);
    raw.send({ type: 'connection_init', payload: parameters(door.secretKey) });
    const closed = await raw.closing();
    expect(closed.code).toBe(4403);
    expect(closed.reason).toContain(reason);
    expect(raw.messages).toEqual([]);
  });

  test('that subscribes before it was let in is closed with 4401', async () => {
    const raw = await RawSocket.open(door);
    raw.subscribe('1', everything);
    expect((await raw.closing()).code).toBe(4401);
  });

  test('that says nothing is closed with 4408', async () => {
    const raw = await RawSocket.open(door);
    expect((await raw.closing()).code).toBe(4408);
  });

  test('is closed with 4403 within seconds when its key is revoked', async () => {
    const raw = await RawSocket.enter(door);
    raw.subscribe('1', everything);
    await owner.query('UPDATE payments.api_key SET revoked_at = now() WHERE merchant_id = $1', [
      uuidOf(door.merchantId),
    ]);
    const revokedAtMs = performance.now();
    expect(await raw.closing()).toEqual({ code: 4403, reason: 'This key was revoked. Use another one.' });
    expect(performance.now() - revokedAtMs).toBeLessThan(4_000);
  });

  test('is closed with 1013 while its key cannot be looked up', async () => {
    const raw = await RawSocket.open(door);
    await whileAwayForApi(owner, database, async () => {
      raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${door.secretKey}` } });
      expect((await raw.closing()).code).toBe(1013);
    });
  });

  test('is kept while its key cannot be looked up again', async () => {
    const raw = await RawSocket.enter(door);
    const statements = vi.spyOn(api.get<Sql>(SQL), 'query');
    onTestFinished(() => statements.mockRestore());
    await whileAwayForApi(owner, database, () =>
      until(
        'two looks that fail',
        () => statements.mock.settledResults.filter(({ type }) => type === 'rejected').length > 1,
      ),
    );
    raw.send({ type: 'ping' });
    await raw.hear('pong');
    raw.leave();
  });

  test('that sends nonsense is closed with 4400', async () => {
    const raw = await RawSocket.enter(door);
    raw.socket.send('{"type":');
    expect((await raw.closing()).code).toBe(4400);
  });

  test('that sends more than an operation is closed with 1009', async () => {
    const raw = await RawSocket.enter(door);
    raw.socket.send('x'.repeat(300 * 1024));
    expect((await raw.closing()).code).toBe(1009);
    await stillServes();
  });

  test.each([
    ['messages', (raw: RawSocket) => raw.send({ type: 'ping' })],
    ['pings of the WebSocket itself', (raw: RawSocket) => raw.socket.ping()],
  ])('that floods us with %s is closed with 1008', async (_, once) => {
    const raw = await RawSocket.enter(door);
    for (let times = 0; times < 500; times += 1) once(raw);
    expect(await raw.closing()).toEqual({ code: 1008, reason: 'More than 100 messages in a second.' });
  });

  test('answers a ping', async () => {
    const raw = await RawSocket.enter(door);
    raw.send({ type: 'ping', payload: { n: 1 } });
    expect(await raw.hear('pong')).toEqual({ type: 'pong', payload: { n: 1 } });
    raw.leave();
  });

  test('holds fifty subscriptions; one more is refused, and these go on', async () => {
    const raw = await RawSocket.enter(door);
    for (let id = 1; id <= 51; id += 1) raw.subscribe(`${id}`, everything);
    const { payload } = await raw.hear('error', '51');
    expect(payload).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    raw.send({ id: '1', type: 'complete' });
    raw.subscribe('52', 'subscription { paymentUpdated(id: "pay_01jd3m9k6nf0h8x7v5q2c4r1tz") { id } }');
    expect((await raw.hear('error', '52')).payload).toMatchObject([{ extensions: { argument: 'id' } }]);
    expect(raw.closed).toBeUndefined();
    raw.leave();
  });
});

describe('an operation', () => {
  const deep = `subscription { events { id ${'... { id '.repeat(3)}${'} '.repeat(3)} } }`;
  const event = '{ id sequence type occurredAt paymentId data }';
  const pages = Array.from(
    { length: 8 },
    (_, index) => `page${index}: events(first: $first) { nodes ${event} edges { cursor node ${event} } }`,
  );
  const costly = `subscription ($id: ID!, $first: Int) { paymentUpdated(id: $id) { ${pages.join(' ')} } }`;
  const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: id`).join(' ');

  test.each([
    ['that is a query', '{ payments(first: 1) { nodes { id } } }', {}, 'BAD_REQUEST', 'sent by POST'],
    [
      'that moves money',
      'mutation ($i: VoidPaymentInput!) { voidPayment(input: $i) { payment { id } } }',
      {},
      'BAD_REQUEST',
      'sent by POST',
    ],
    ['that asks for the schema', '{ __schema { types { name } } }', {}, 'BAD_REQUEST', 'sent by POST'],
    [
      'that asks for the schema in a subscription',
      'subscription { __schema { types { name } } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
      'introspection',
    ],
    ['that is no GraphQL', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
    [
      'with too many names',
      `subscription { events { ${'id '.repeat(1_100)} } }`,
      {},
      'GRAPHQL_PARSE_FAILED',
      '1000 tokens',
    ],
    ['with too many aliases', `subscription { events { ${aliases} } }`, {}, 'GRAPHQL_VALIDATION_FAILED', 'aliases'],
    [
      'that subscribes to two things',
      'subscription { events { id } paymentUpdated(id: "x") { id } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
      'only one top level field',
    ],
    ['with a field that is none', 'subscription { events { name } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'name'],
    [
      'without a variable that it needs',
      'subscription ($id: ID!) { paymentUpdated(id: $id) { id } }',
      {},
      'BAD_USER_INPUT',
      '$id',
    ],
    [
      'with a variable of another type',
      'subscription ($types: [String!]) { events(types: $types) { id } }',
      { types: [7] },
      'BAD_USER_INPUT',
      '$types',
    ],
    [
      'that costs too much',
      costly,
      { id: 'pay_01jd3m9k6nf0h8x7v5q2c4r1tz', first: 100 },
      'GRAPHQL_VALIDATION_FAILED',
      'costs',
    ],
  ])('%s is refused, and the connection goes on', async (_, query, variables, code, words) => {
    const raw = await RawSocket.enter(door);
    raw.subscribe('1', query, variables);
    const { payload } = await raw.hear('error', '1');
    const [error] = payload as { message: string; extensions: { code: string; requestId: string } }[];
    expect(error?.extensions.code).toBe(code);
    expect(error?.message).toContain(words);
    expect(error?.extensions.requestId).toMatch(/^req_/);
    raw.send({ type: 'ping' });
    await raw.hear('pong');
    raw.leave();
  });

  test('within the limits is let in', async () => {
    const raw = await RawSocket.enter(door);
    raw.subscribe('1', deep);
    raw.send({ type: 'ping' });
    await raw.hear('pong');
    expect(raw.messages.map(({ type }) => type)).toEqual(['connection_ack', 'pong']);
    raw.leave();
  });

  test('that fails inside tells nothing of it but an id for the log', async () => {
    await owner.query('REVOKE SELECT ON feed.merchant_event FROM quittance_api');
    const raw = await RawSocket.enter(door);
    raw.subscribe('1', everything);
    const { payload } = await raw.hear('error', '1');
    await owner.query('GRANT SELECT ON feed.merchant_event TO quittance_api');
    expect(JSON.stringify(payload)).not.toContain('merchant_event');
    expect(payload).toMatchObject([
      { extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(/^req_/) } },
    ]);
    raw.leave();
  });

  test('that cannot begin just now says that it may later', async () => {
    const raw = await RawSocket.enter(door);
    await whileAwayForApi(owner, database, async () => {
      raw.subscribe('1', everything);
      const { payload } = await raw.hear('error', '1');
      expect(payload).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryable: true } }]);
    });
    raw.leave();
  });

  test('in production gets no hints about the schema', async () => {
    const production = await startApiHere({ database, nats, environment: { NODE_ENV: 'production' } });
    const raw = await RawSocket.enter({ ...door, graphqlUrl: `${await production.getUrl()}/graphql` });
    raw.subscribe('1', 'subscription { events { sequenc } }');
    expect(JSON.stringify((await raw.hear('error', '1')).payload)).not.toContain('sequence');
    raw.leave();
    await production.close();
  });
});

describe('a client that does not read', () => {
  const pageSize = 50;
  const eventsTold = 8_000;

  /** Some 32 MB, several times what the system keeps for a socket. */
  async function fillFeed(): Promise<string> {
    const first = randomUUID();
    const merchant = uuidOf(door.merchantId);
    await owner.query(
      `INSERT INTO feed.merchant_event (shard, merchant_id, sequence, event_id, type, occurred_at, data)
       SELECT 0, $1::uuid, n, CASE n WHEN 1 THEN $2::uuid ELSE gen_random_uuid() END, 'payment.created', now(),
         jsonb_build_object('fill', repeat('x', 4000)) FROM generate_series(1, $3::int) AS n`,
      [merchant, first, eventsTold + 1],
    );
    return first;
  }

  test('makes us wait, not remember; when it reads on, it gets everything', async () => {
    const first = await fillFeed();
    const after = idOf('evt', first);
    const statements = vi.spyOn(api.get<Sql>(SQL), 'query');
    onTestFinished(() => statements.mockRestore());
    const follow = 'subscription ($after: String) { events(after: $after) { sequence data } }';

    const slow = await RawSocket.enter(door);
    slow.socket.pause();
    slow.subscribe('1', follow, { after });
    const quick = Subscriber.of(door);
    await quick.subscribe(follow, { after }).hear(eventsTold);

    // Each page that was read for the two of them; the quick one has read them all.
    const pages = statements.mock.calls.filter(([text]) => text.includes('sequence > ')).length;
    expect(pages - eventsTold / pageSize).toBeLessThan(eventsTold / pageSize / 2);

    slow.socket.resume();
    await until('the rest', () => slow.messages.filter(({ type }) => type === 'next').length === eventsTold);
    await quick.leave();
    slow.leave();
  });
});

describe('when the process ends', () => {
  test('clients are told to go elsewhere, and silent ones are not waited for', async () => {
    const leaving = await startApiHere({ database, nats });
    const here = { ...door, graphqlUrl: `${await leaving.getUrl()}/graphql` };
    const polite = await RawSocket.enter(here);
    polite.subscribe('1', everything);
    const silent = await RawSocket.enter(here);
    silent.socket.pause();

    const begunMs = performance.now();
    await leaving.close();
    expect(performance.now() - begunMs).toBeLessThan(5_000);
    expect(await polite.closing()).toEqual({ code: 1001, reason: 'This process ends. Connect again.' });
    silent.leave();
  });
});
