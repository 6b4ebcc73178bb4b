import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, sendBody, type MerchantDoor } from '../support/merchant-door.ts';
import { startApiHere } from '../support/services.ts';

interface Payload {
  readonly payment: { readonly id: string } | null;
  readonly userErrors: readonly {
    readonly __typename: string;
    readonly code: string;
    readonly message: string;
    readonly path: readonly string[];
    readonly docsUrl: string;
  }[];
}

let database: TestDatabase;
let api: NestFastifyApplication;
let owner: pg.Client;
let door: MerchantDoor;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
  door = await openMerchantDoor(api);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

const selection = 'payment { id } userErrors { __typename code message path docsUrl }';
const createPayment = `mutation ($input: CreatePaymentInput!) { outcome: createPayment(input: $input) { ${selection} } }`;

/** An input that is accepted, as JSON text; `change` replaces one of its values by text that need not be nice. */
function inputText(change: Readonly<Record<string, string>> = {}): string {
  const members: Record<string, string> = {
    idempotencyKey: '"key-1"',
    reference: '"order-1"',
    minor: '1099',
    currency: '"EUR"',
    cardToken: '"tok_visa"',
    awaitOutcomeMs: '0',
    metadata: '{}',
    ...change,
  };
  return `{"idempotencyKey":${members['idempotencyKey']},"reference":${members['reference']},
    "amount":{"minor":${members['minor']},"currency":${members['currency']}},
    "source":{"cardToken":${members['cardToken']}},"awaitOutcomeMs":${members['awaitOutcomeMs']},
    "metadata":${members['metadata']}}`;
}

const bodyOf = (query: string, input: string): string =>
  `{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`;

async function problems(query: string, input: string): Promise<Payload['userErrors']> {
  const answer = await sendBody<{ outcome: Payload }>(door, bodyOf(query, input));
  expect(answer.errors).toEqual([]);
  expect(answer.data?.outcome.payment).toBeNull();
  return answer.data?.outcome.userErrors ?? [];
}

async function rowsWritten(): Promise<number> {
  const { rows } = await owner.query<{ rows: string }>(
    `SELECT (SELECT count(*) FROM payments.payment) + (SELECT count(*) FROM payments.idempotency)
       + (SELECT count(*) FROM payments.event) + (SELECT count(*) FROM payments.capture)
       + (SELECT count(*) FROM payments.refund) AS rows`,
  );
  return Number(rows[0]?.rows);
}

const minorPath = ['input', 'amount', 'minor'];
const currencyPath = ['input', 'amount', 'currency'];
const deep = '{"a":'.repeat(9) + '1' + '}'.repeat(9);

describe('a payment that cannot be meant', () => {
  test.each([
    ['zero', { minor: '0' }, minorPath, /at least 1/],
    ['negative', { minor: '-1099' }, minorPath, /at least 1/],
    ['the negative zero', { minor: '-0' }, minorPath, /at least 1/],
    ['a fraction', { minor: '10.99' }, minorPath, /for 10\.99 EUR send 1099/],
    [
      'a fraction of a currency without decimals',
      { minor: '10.5', currency: '"JPY"' },
      minorPath,
      /JPY has no decimal/,
    ],
    ['a fraction finer than the currency', { minor: '0.125' }, minorPath, /EUR has 2 decimal places/],
    ['2^53', { minor: '9007199254740992' }, minorPath, /at most 9007199254740991/],
    ['2^53 + 1, which JSON cannot carry', { minor: '9007199254740993' }, minorPath, /at most 9007199254740991/],
    ['beyond 64 bits', { minor: '99999999999999999999999' }, minorPath, /at most 9007199254740991/],
    ['beyond a double', { minor: '1e400' }, minorPath, /at most 9007199254740991/],
    ['below a double', { minor: '-1e400' }, minorPath, /at least 1/],
    ['an unknown currency', { currency: '"XYZ"' }, currencyPath, /ISO 4217/],
    ['a currency in small letters', { currency: '"eur"' }, currencyPath, /Write EUR/],
    ['a metal', { currency: '"XAU"' }, currencyPath, /ISO 4217/],
    ['a name of Object.prototype for a currency', { currency: '"constructor"' }, currencyPath, /ISO 4217/],
    ['an empty reference', { reference: '""' }, ['input', 'reference'], /1 to 255 characters, not 0/],
    ['a blank reference', { reference: '"   "' }, ['input', 'reference'], /blank/],
    ['a reference of 256 characters', { reference: `"${'a'.repeat(256)}"` }, ['input', 'reference'], /not 256/],
    ['a line break in a reference', { reference: '"a\\nb"' }, ['input', 'reference'], /printable/],
    ['U+0000 in a reference', { reference: '"a\\u0000b"' }, ['input', 'reference'], /printable/],
    ['half a character in a reference', { reference: '"\\ud800"' }, ['input', 'reference'], /printable/],
    ['text that changes direction', { reference: '"a\\u202eb"' }, ['input', 'reference'], /printable/],
    ['a card number as the reference', { reference: '"4111 1111 1111 1111"' }, ['input', 'reference'], /card number/],
    ['an empty key', { idempotencyKey: '""' }, ['input', 'idempotencyKey'], /1 to 255 characters, not 0/],
    ['a key of 256 characters', { idempotencyKey: `"${'k'.repeat(256)}"` }, ['input', 'idempotencyKey'], /not 256/],
    ['a tab in a key', { idempotencyKey: '"a\\tb"' }, ['input', 'idempotencyKey'], /printable/],
    ['a wait of −1 ms', { awaitOutcomeMs: '-1' }, ['input', 'awaitOutcomeMs'], /between 0/],
    ['a wait of 20 001 ms', { awaitOutcomeMs: '20001' }, ['input', 'awaitOutcomeMs'], /20000/],
    ['an unknown card', { cardToken: '"tok_vis"' }, ['input', 'source', 'cardToken'], /no such card token/],
    [
      'a card number as the token',
      { cardToken: '"4111111111111111"' },
      ['input', 'source', 'cardToken'],
      /no such card/,
    ],
    ['a card number in the metadata', { metadata: '{"a":["4111111111111111"]}' }, ['input', 'metadata'], /card number/],
    ['a card number as a number', { metadata: '{"a":4111111111111111}' }, ['input', 'metadata'], /card number/],
    ['a card number as a key', { metadata: '{"4111111111111111":1}' }, ['input', 'metadata'], /card number/],
    ['U+0000 in the metadata', { metadata: '{"a":"\\u0000"}' }, ['input', 'metadata'], /U\+0000/],
    ['half a character in the metadata', { metadata: '{"a":"\\ud800"}' }, ['input', 'metadata'], /surrogate/],
    ['infinity in the metadata', { metadata: '{"a":1e400}' }, ['input', 'metadata'], /too large/],
    ['metadata nine deep', { metadata: deep }, ['input', 'metadata'], /8 deep/],
    [
      'metadata twenty thousand deep',
      { metadata: '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000) },
      ['input', 'metadata'],
      /8 deep/,
    ],
    ['200 kB of digits', { metadata: `{"a":"${'4 '.repeat(100_000)}"}` }, ['input', 'metadata'], /16384 bytes/],
    ['metadata of 20 kB', { metadata: `{"a":"${'é'.repeat(10_000)}"}` }, ['input', 'metadata'], /16384 bytes/],
  ])('%s is a ValidationError with its path, and nothing is written', async (_, change, path, message) => {
    const before = await rowsWritten();
    expect(await problems(createPayment, inputText(change))).toEqual([
      expect.objectContaining({
        __typename: 'ValidationError',
        code: 'INVALID_INPUT',
        path,
        message: expect.stringMatching(message),
      }),
    ]);
    expect(await rowsWritten()).toBe(before);
  });

  test('as literals it is the same', async () => {
    const { data, errors } = await ask<{ outcome: Payload }>(
      door,
      `mutation { outcome: createPayment(input: {
        idempotencyKey: "key-1", reference: "order-1", amount: { minor: 10.99, currency: XYZ },
        source: { cardToken: "tok_visa" }, metadata: { card: "4111111111111111" }, awaitOutcomeMs: 0
      }) { ${selection} } }`,
    );
    expect(errors).toEqual([]);
    expect(data?.outcome.userErrors.map(({ path }) => path.join('.'))).toEqual([
      'input.amount.minor',
      'input.amount.currency',
      'input.metadata',
    ]);
  });

  test('everything that is wrong is told at once', async () => {
    const change = { minor: '0', currency: '"eur"', reference: '""', idempotencyKey: '""', cardToken: '"x"' };
    const told = await problems(createPayment, inputText(change));
    expect(told.map(({ path }) => path.at(-1)).toSorted()).toEqual([
      'cardToken',
      'currency',
      'idempotencyKey',
      'minor',
      'reference',
    ]);
  });

  test('an unknown card links to the list of cards, everything else to its code', async () => {
    const told = await problems(createPayment, inputText({ cardToken: '"tok_vis"', minor: '0' }));
    const origin = await api.getUrl();
    expect(Object.fromEntries(told.map(({ path, docsUrl }) => [path.at(-1), docsUrl]))).toEqual({
      cardToken: expect.stringContaining('/docs/sandbox#test-tokens'),
      minor: expect.stringContaining('/docs/errors#invalid_input'),
    });
    expect(origin).toMatch(/^http:/);
  });

  test('the message never repeats what may be a card number', async () => {
    const change = { cardToken: '"4111111111111111"', reference: '"4111111111111111"' };
    const told = await problems(createPayment, inputText(change));
    expect(JSON.stringify(told)).not.toContain('4111111111111111');
  });

  test.each([
    ['an amount in quotation marks', { minor: '"1099"' }, /without quotation marks/],
    ['no amount', { minor: 'null' }, /non-nullable|not to be null/],
    ['a currency that is a number', { currency: '978' }, /three capital letters/],
    ['metadata that is a list', { metadata: '[]' }, /JSON object/],
    ['two sources', { cardToken: '"tok_visa","cardToken2":"tok_visa"' }, /cardToken2/],
    ['half a millisecond', { awaitOutcomeMs: '0.5' }, /non-integer/],
  ])('%s is refused as a whole, with a hint', async (_, change, message) => {
    const answer = await sendBody(door, bodyOf(createPayment, inputText(change)));
    expect(answer.status).toBe(400);
    expect(answer.errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(message),
        extensions: expect.objectContaining({ code: 'BAD_USER_INPUT', requestId: answer.headers.get('x-request-id') }),
      }),
    ]);
  });

  test('every printable text that is none of this is taken', async () => {
    const change = {
      idempotencyKey: '"Schlüssel 鍵 🔑 ~!@#$%^&*()"',
      reference: '"Bestellung №7 — Zoë & Söhne"',
      metadata:
        '{"deep":{"2":{"3":{"4":{"5":{"6":{"7":{"8":1}}}}}}},"constructor":"x","uuid":"6d2889c6-3472-46c1-8819-408631757d9a","n":[1,2.5,null,true]}',
    };
    const answer = await sendBody<{ outcome: Payload }>(door, bodyOf(createPayment, inputText(change)));
    expect(answer.data?.outcome.userErrors).toEqual([]);
    const { rows } = await owner.query<{ metadata: string }>(
      `SELECT metadata::text FROM payments.payment ORDER BY id DESC LIMIT 1`,
    );
    expect(JSON.parse(rows[0]?.metadata ?? '')).toEqual(JSON.parse(change.metadata));
  });
});

test('a payment and its replay are the same text, however the metadata was written', async () => {
  const metadata = '{"zz":1,"b":{"y":[{"q":1,"é":2,"pp":3}],"x":1.50},"a":null,"10":1,"9":2,"ZZ":"","日本":"x"}';
  const input = inputText({ idempotencyKey: '"replay"', reference: '"replay"', metadata });
  const query = createPayment.replace(
    'payment { id }',
    'payment { id status metadata createdAt updatedAt amount { minor } }',
  );
  const send = async (): Promise<string> => JSON.stringify((await sendBody(door, bodyOf(query, input))).data);
  const first = await send();
  expect(first).toContain('日本');
  expect(await send()).toBe(first);
});

describe('a follow-up that cannot be meant', () => {
  const follow = (mutation: string, inputType: string): string =>
    `mutation ($input: ${inputType}!) { outcome: ${mutation}(input: $input) { ${selection} } }`;
  const capture = follow('capturePayment', 'CapturePaymentInput');
  const voidPayment = follow('voidPayment', 'VoidPaymentInput');
  const refund = follow('refundPayment', 'RefundPaymentInput');
  const key = '"idempotencyKey":"key-1","paymentId":"pay_01h455vb4pex5vsknk084sn02q"';

  test.each([
    ['capture of nothing', capture, `{${key},"amount":{"minor":0,"currency":"EUR"}}`, minorPath],
    ['capture of a fraction', capture, `{${key},"amount":{"minor":0.5,"currency":"EUR"}}`, minorPath],
    ['capture without a key', capture, '{"idempotencyKey":"","paymentId":"x"}', ['input', 'idempotencyKey']],
    ['refund of less than nothing', refund, `{${key},"amount":{"minor":-5,"currency":"EUR"}}`, minorPath],
    ['refund beyond 2^53', refund, `{${key},"amount":{"minor":9007199254740993,"currency":"EUR"}}`, minorPath],
    ['refund in an unknown currency', refund, `{${key},"amount":{"minor":5,"currency":"EURO"}}`, currencyPath],
    ['refund because of a card number', refund, `{${key},"reason":"4111-1111-1111-1111"}`, ['input', 'reason']],
    ['refund with a long story', refund, `{${key},"reason":"${'x'.repeat(501)}"}`, ['input', 'reason']],
    ['void with a bell', voidPayment, `{${key},"reason":"\\u0007"}`, ['input', 'reason']],
    ['void with a long wait', voidPayment, `{${key},"awaitOutcomeMs":20001}`, ['input', 'awaitOutcomeMs']],
  ])('%s is a ValidationError with its path, and nothing is written', async (_, query, input, path) => {
    const before = await rowsWritten();
    const told = await problems(query, input);
    expect(told).toEqual([expect.objectContaining({ __typename: 'ValidationError', code: 'INVALID_INPUT', path })]);
    expect(await rowsWritten()).toBe(before);
  });

  test.each([
    ['an id of nothing', capture, 'nonsense'],
    ['an id of another kind', voidPayment, 'mer_01h455vb4pex5vsknk084sn02q'],
    ['an id of no payment', refund, 'pay_01h455vb4pex5vsknk084sn02q'],
  ])('%s is NOT_FOUND', async (_, query, paymentId) => {
    expect(await problems(query, `{"idempotencyKey":"k","paymentId":"${paymentId}"}`)).toEqual([
      expect.objectContaining({ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'paymentId'] }),
    ]);
  });
});
