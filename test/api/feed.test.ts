import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, type HttpAnswer, type MerchantDoor } from '../support/merchant-door.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { startApiHere, startOrchestratorHere, startSandboxHere } from '../support/services.ts';
import { until } from '../support/until.ts';
import { answering, Receiver } from '../webhooks/receiver.ts';
import { startWebhooks } from '../webhooks/webhooks-service.ts';

interface Event {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly paymentId: string;
  readonly data: { readonly payment: { readonly status: string } };
}

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly status: string;
  readonly eventTypes: readonly string[];
  readonly deliveries: {
    readonly nodes: readonly {
      readonly id: string;
      readonly eventId: string;
      readonly status: string;
      readonly nextAttemptAt: string | null;
      readonly attempts: readonly {
        readonly number: number;
        readonly responseStatus: number | null;
        readonly error: string | null;
      }[];
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

let database: TestDatabase;
let nats: TestNats;
let receiver: Receiver;
let door: MerchantDoor;
let other: MerchantDoor;
let payments: string[];
const apps: INestApplication[] = [];

const createEndpoint = `mutation ($input: CreateWebhookEndpointInput!) {
  outcome: createWebhookEndpoint(input: $input) {
    endpoint { id url status eventTypes createdAt } signingSecret userErrors { __typename code message path docsUrl }
  }
}`;
const deleteEndpoint = `mutation ($id: ID!) {
  outcome: deleteWebhookEndpoint(input: { endpointId: $id }) { endpoint { id status } userErrors { __typename code path } }
}`;

interface EndpointPayload {
  readonly outcome: {
    readonly endpoint: { readonly id: string; readonly status: string } | null;
    readonly signingSecret: string | null;
    readonly userErrors: readonly object[];
  };
}

const addEndpoint = (input: object, to = door): Promise<HttpAnswer<EndpointPayload>> =>
  ask<EndpointPayload>(to, createEndpoint, { input });

/** Two payments of one merchant and one of another, told to two endpoints of the first, one of which is out of order. */
beforeAll(async () => {
  database = await createDatabase();
  nats = await startNats();
  receiver = await Receiver.open();
  const sandbox = await startSandboxHere({ database });
  const orchestrator = await startOrchestratorHere({
    database,
    nats,
    sandboxUrl: await sandbox.getUrl(),
    environment: { FRAUD_DEADLINE_MS: '100' },
  });
  const webhooks = await startWebhooks({
    DATABASE_URL: database.urlFor('webhooks'),
    NATS_URL: nats.url,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    NODE_ENV: 'development',
    WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
  });
  const api = await startApiHere({ database, nats });
  apps.push(api, orchestrator, webhooks, sandbox);
  door = await openMerchantDoor(api);
  other = await openMerchantDoor(api);

  receiver.behave('/broken', answering(500));
  await addEndpoint({ url: receiver.urlOf('/all') });
  await addEndpoint({ url: receiver.urlOf('/broken'), eventTypes: ['payment.captured'] });
  payments = [await pay(door, 'one'), await pay(other, 'theirs'), await pay(door, 'two')];
  await until('six events of the first merchant', async () => (await eventsOf(door, '(first: 50)')).length === 6);
});

afterAll(async () => {
  for (const app of apps) await app.close();
  await receiver.close();
  await nats.stop();
  await database.drop();
});

async function pay(merchant: MerchantDoor, reference: string): Promise<string> {
  const input = {
    idempotencyKey: reference,
    reference,
    amount: { minor: 1099, currency: 'EUR' },
    source: { cardToken: 'tok_visa' },
  };
  const answer = await ask<{ createPayment: { payment: { id: string; status: string } } }>(
    merchant,
    'mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { payment { id status } } }',
    { input },
  );
  expect(answer.data?.createPayment.payment.status).toBe('CAPTURED');
  return answer.data?.createPayment.payment.id ?? '';
}

async function eventsOf(merchant: MerchantDoor, args: string): Promise<readonly Event[]> {
  return (await eventPage(merchant, args)).nodes;
}

interface EventPage {
  readonly nodes: readonly Event[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly sequence: number } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}

async function eventPage(merchant: MerchantDoor, args: string): Promise<EventPage> {
  const query = `{ events${args} {
    nodes { id sequence type occurredAt paymentId data } edges { cursor node { sequence } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  } }`;
  const { data, errors } = await ask<{ events: EventPage }>(merchant, query);
  expect(errors).toEqual([]);
  if (data === null || data === undefined) throw new Error('there is data');
  return data.events;
}

const sequencesOf = (events: readonly Event[]): number[] => events.map(({ sequence }) => sequence);

describe('the events of a merchant', () => {
  test('are numbered without a gap, name their payment and show it as it stood', async () => {
    const events = await eventsOf(door, '');
    expect(sequencesOf(events)).toEqual([1, 2, 3, 4, 5, 6]);
    const ofFirst = events.filter(({ paymentId }) => paymentId === payments[0]);
    expect(ofFirst.map(({ type, data }) => `${type}: ${data.payment.status}`)).toEqual([
      'payment.created: PROCESSING',
      'payment.authorized: AUTHORIZED',
      'payment.captured: CAPTURED',
    ]);
    expect(JSON.stringify(events)).not.toContain('tok_visa');
  });

  test('come in pages, and a cursor goes on behind its event', async () => {
    const first = await eventPage(door, '(first: 4)');
    expect(sequencesOf(first.nodes)).toEqual([1, 2, 3, 4]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await eventPage(door, `(first: 4, after: "${first.pageInfo.endCursor}")`);
    expect(sequencesOf(second.nodes)).toEqual([5, 6]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const third = await eventPage(door, `(after: "${second.pageInfo.endCursor}")`);
    expect(third).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
  });

  test('can be asked for by their types', async () => {
    const captured = await eventsOf(door, '(types: ["payment.captured"])');
    expect(captured.map(({ paymentId }) => paymentId).toSorted()).toEqual([payments[0], payments[2]].toSorted());
    expect(await eventsOf(door, '(types: [])')).toEqual([]);
  });

  test('are also found by their payment and by their id', async () => {
    const query = `query ($id: ID!) { payment(id: $id) { events(first: 2) { nodes { id type } pageInfo { hasNextPage } } } }`;
    const { data } = await ask<{ payment: { events: { nodes: Event[]; pageInfo: object } } }>(door, query, {
      id: payments[2],
    });
    expect(data?.payment.events).toMatchObject({
      nodes: [{ type: 'payment.created' }, { type: 'payment.authorized' }],
      pageInfo: { hasNextPage: true },
    });
    const node = 'query ($id: ID!) { node(id: $id) { __typename ... on Event { type paymentId } } }';
    const id = data?.payment.events.nodes[0]?.id;
    expect((await ask(door, node, { id })).data).toEqual({
      node: { __typename: 'Event', type: 'payment.created', paymentId: payments[2] },
    });
    expect((await ask(other, node, { id })).data).toEqual({ node: null });
  });

  test('are nobody else’s', async () => {
    const theirs = await eventsOf(other, '');
    expect(theirs.every(({ paymentId }) => paymentId === payments[1])).toBe(true);
    expect(sequencesOf(theirs)).toEqual([1, 2, 3]);
  });
});

describe('webhook endpoints', () => {
  async function endpoints(merchant = door, page = ''): Promise<readonly Endpoint[]> {
    const { data, errors } = await ask<{ webhookEndpoints: Endpoint[] }>(
      merchant,
      `{ webhookEndpoints { id url status eventTypes createdAt deliveries${page} {
        nodes { id eventId status nextAttemptAt attempts { number at durationMs responseStatus error } }
        pageInfo { hasNextPage endCursor }
      } } }`,
    );
    expect(errors).toEqual([]);
    return data?.webhookEndpoints ?? [];
  }

  test('tell of each delivery and each attempt, the newest first', async () => {
    await until('all deliveries to have been tried', async () => {
      const found = await endpoints();
      const deliveries = found.flatMap((endpoint) => endpoint.deliveries.nodes);
      return deliveries.length === 8 && deliveries.every(({ attempts }) => attempts.length > 0);
    });
    const [all, broken] = await endpoints();
    expect(all).toMatchObject({ url: receiver.urlOf('/all'), status: 'ENABLED', eventTypes: ['*'] });
    const events = await eventsOf(door, '');
    expect(all?.deliveries.nodes.map(({ eventId }) => eventId).toSorted()).toEqual(
      events.map(({ id }) => id).toSorted(),
    );
    expect(all?.deliveries.nodes.map(({ id }) => id)).toEqual(
      all?.deliveries.nodes
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    );
    expect(all?.deliveries.nodes[0]).toMatchObject({
      status: 'DELIVERED',
      nextAttemptAt: null,
      attempts: [{ number: 1, responseStatus: 204, error: null }],
    });
    expect(broken?.deliveries.nodes[0]).toMatchObject({
      status: 'PENDING',
      nextAttemptAt: expect.any(String),
      attempts: [{ number: 1, responseStatus: 500 }],
    });
  });

  test('page through their deliveries', async () => {
    const [all] = await endpoints(door, '(first: 4)');
    expect(all?.deliveries).toMatchObject({ nodes: { length: 4 }, pageInfo: { hasNextPage: true } });
    const { data } = await ask<{ node: Endpoint & { __typename: string } }>(
      door,
      `query ($id: ID!, $after: String) { node(id: $id) { __typename ... on WebhookEndpoint {
        deliveries(first: 4, after: $after) { nodes { id } pageInfo { hasNextPage } }
      } } }`,
      { id: all?.id, after: all?.deliveries.pageInfo.endCursor },
    );
    expect(data?.node).toMatchObject({
      __typename: 'WebhookEndpoint',
      deliveries: { nodes: { length: 2 }, pageInfo: { hasNextPage: false } },
    });
    const [seen] = all?.deliveries.nodes ?? [];
    const delivery =
      'query ($id: ID!) { node(id: $id) { __typename ... on WebhookDelivery { status attempts { number } } } }';
    expect((await ask(door, delivery, { id: seen?.id })).data).toEqual({
      node: { __typename: 'WebhookDelivery', status: 'DELIVERED', attempts: [{ number: 1 }] },
    });
    expect((await ask(other, delivery, { id: seen?.id })).data).toEqual({ node: null });
  });

  test('are created with a secret that is shown once', async () => {
    const { data } = await addEndpoint({ url: receiver.urlOf('/new'), eventTypes: ['payment.voided'] }, other);
    expect(data?.outcome).toMatchObject({
      endpoint: { url: receiver.urlOf('/new'), status: 'ENABLED', eventTypes: ['payment.voided'] },
      signingSecret: expect.stringMatching(/^whsec_/),
      userErrors: [],
    });
    expect(await endpoints(other)).toHaveLength(1);
  });

  test.each([
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'nonsense' }, 'url'],
    [{ url: 'https://example.com', eventTypes: ['payment.teleported'] }, 'eventTypes'],
    [{ url: 'https://example.com', eventTypes: [] }, 'eventTypes'],
  ])('that cannot be meant are refused: %j', async (input, field) => {
    expect((await addEndpoint(input)).data?.outcome).toMatchObject({
      endpoint: null,
      signingSecret: null,
      userErrors: [
        {
          __typename: 'ValidationError',
          code: 'INVALID_INPUT',
          path: ['input', field],
          docsUrl: expect.stringMatching(/\/docs\/errors#invalid_input$/),
        },
      ],
    });
  });

  test('are deleted by their merchant alone, and are gone then', async () => {
    const { data } = await addEndpoint({ url: receiver.urlOf('/short-lived') });
    const id = data?.outcome.endpoint?.id;
    const notFound = {
      endpoint: null,
      userErrors: [{ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'endpointId'] }],
    };
    expect((await ask(other, deleteEndpoint, { id })).data).toEqual({ outcome: notFound });
    const gone = { endpoint: { id, status: 'DISABLED' }, userErrors: [] };
    expect((await ask(door, deleteEndpoint, { id })).data).toEqual({ outcome: gone });
    expect((await ask(door, deleteEndpoint, { id })).data).toEqual({ outcome: gone });
    expect((await ask(other, deleteEndpoint, { id })).data).toEqual({ outcome: notFound });
    expect((await endpoints()).map((endpoint) => endpoint.id)).not.toContain(id);
    expect((await ask(door, deleteEndpoint, { id: 'nonsense' })).data).toEqual({ outcome: notFound });
  });
});
