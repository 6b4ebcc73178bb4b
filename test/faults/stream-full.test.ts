import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { uuidOf, type Id } from '#domain';
import { MerchantClient, type GraphqlAnswer } from '../support/merchant-client.ts';
import { reckon } from '../../tools/faults/reckoning/reckon.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { StreamWitness } from '../support/stream-witness.ts';
import { until } from '../support/until.ts';

/** Some twenty payments' events. */
const streamBytesMax = 128 * 1024;
/** Long enough that nothing but a full stream or an absent broker delays an event so much. */
const backlogAgeMsMax = 4_000;

/** A payment now and then, not as many as possible. */
const atLeisure = { deadlineMs: 60_000, everyMs: 250 };

let stack: Stack;
let merchant: MerchantClient;
let database: pg.Client;
let witness: StreamWitness;
let accepted: string[];
let before: Readonly<Record<'toCapture' | 'toVoid' | 'toRefund', string>>;

beforeAll(async () => {
  stack = await startStack({
    environment: {
      STREAM_MAX_BYTES: String(streamBytesMax),
      INTAKE_BACKLOG_AGE_MAX_MS: String(backlogAgeMsMax),
    },
  });
  merchant = new MerchantClient(stack.demo);
  database = new pg.Client({ connectionString: stack.demo.databaseUrl });
  await database.connect();
  witness = await StreamWitness.at(stack.demo.natsUrl);
});

afterAll(async () => {
  await witness.leave();
  await database.end();
  await stack.remove();
});

beforeEach(async () => {
  accepted = [];
  const [toCapture, toVoid, toRefund] = await Promise.all([
    brought('AUTHORIZED', { captureMethod: 'MANUAL' }),
    brought('AUTHORIZED', { captureMethod: 'MANUAL' }),
    brought('CAPTURED'),
  ]);
  before = { toCapture, toVoid, toRefund };
});

afterEach(async () => {
  await stack.thaw('settlement');
  await stack.thaw('nats');
});

async function brought(status: string, input: object = {}): Promise<string> {
  const { payment } = await merchant.create({ ...input });
  const id = payment?.id ?? '';
  await until(`a payment that is ${status}`, async () => (await merchant.payment(id))?.status === status, atLeisure);
  return id;
}

type Created = GraphqlAnswer<{ outcome: { payment: { id: string } | null } | null }>;

/** Makes a payment and waits for nothing; remembers it when it was accepted. */
async function create(input: object = {}): Promise<Created> {
  const answer: Created = await merchant.ask(
    `mutation ($input: CreatePaymentInput!) { outcome: createPayment(input: $input) { payment { id } } }`,
    {
      input: {
        idempotencyKey: randomUUID(),
        reference: randomUUID(),
        amount: { minor: 1_099, currency: 'EUR' },
        source: { cardToken: 'tok_visa' },
        awaitOutcomeMs: 0,
        ...input,
      },
    },
  );
  const id = answer.data?.outcome?.payment?.id;
  if (id !== undefined) accepted.push(id);
  return answer;
}

const isTurnedAway = ({ errors }: Created): boolean => errors?.[0]?.extensions?.['code'] === 'OVERLOADED';

async function moveEarlierPayments(): Promise<void> {
  const waitForNothing = { awaitOutcomeMs: 0 };
  const moved = [
    await merchant.capture(before.toCapture, waitForNothing),
    await merchant.void(before.toVoid, waitForNothing),
    await merchant.refund(before.toRefund, waitForNothing),
  ];
  expect(moved.map(({ userErrors }) => userErrors)).toEqual([[], [], []]);
}

/** What was accepted and what was asked of earlier payments: all of it has come to its end, in order, and adds up. */
async function everythingArrives(): Promise<void> {
  await until('everything to add up', async () => (await reckon(stack.demo)).length === 0, {
    deadlineMs: 90_000,
    everyMs: 500,
  }).catch(async () => expect(await reckon(stack.demo)).toEqual([]));
  // On a machine that is busy with other things an acquirer may have been given up on; that is an end, too.
  const found = await database.query<{ state: string }>(
    `SELECT state FROM payments.payment WHERE id = ANY ($1::uuid[]) AND state IN ('captured', 'failed')`,
    [accepted.map((id) => uuidOf(id as Id<'pay'>))],
  );
  expect(found.rows).toHaveLength(accepted.length);
  expect((await merchant.payment(before.toCapture))?.status).toBe('CAPTURED');
  expect((await merchant.payment(before.toVoid))?.status).toBe('VOIDED');
  expect((await merchant.payment(before.toRefund))?.status).toBe('REFUNDED');

  const { rows } = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM payments.event`);
  const count = (): number => [...witness.versions.values()].reduce((sum, versions) => sum + versions.length, 0);
  await until('the witness to have seen every event', () => count() === rows[0]?.n);
  for (const [payment, versions] of witness.versions) {
    expect(versions, payment).toEqual(versions.map((_, index) => index + 1));
  }
}

test('the stream is full: intake goes on, then turns away; with room made, everything accepted arrives in order', async () => {
  // Whoever has stopped reading keeps everything on the stream that comes after.
  await stack.freeze('settlement');
  await until(
    'the relay to be refused',
    async () => {
      await create();
      return (await stack.logOf('orchestrator')).includes('the stream is full');
    },
    atLeisure,
  );
  const { bytes, max } = await witness.fullness();
  expect(max).toBe(streamBytesMax);
  expect(bytes).toBeGreaterThan(max / 2);

  const whileFull = await create();
  expect(whileFull.errors).toBeUndefined();
  const [first = ''] = accepted;
  await until('new payments to be turned away', async () => isTurnedAway(await create()), atLeisure);
  const answer = await create();
  expect(answer.errors).toMatchObject([{ extensions: { code: 'OVERLOADED', retryable: true } }]);
  expect(await merchant.payment(first)).not.toBeNull();
  await moveEarlierPayments();

  await stack.thaw('settlement');
  await until('new payments to be taken again', async () => !isTurnedAway(await create()), atLeisure);
  await everythingArrives();
});

test('the broker is away: the same', async () => {
  await stack.freeze('nats');
  const atOnce = await create();
  expect(atOnce.errors).toBeUndefined();
  await until('new payments to be turned away', async () => isTurnedAway(await create()), atLeisure);
  await moveEarlierPayments();

  await stack.thaw('nats');
  await until('new payments to be taken again', async () => !isTurnedAway(await create()), atLeisure);
  await everythingArrives();
});
