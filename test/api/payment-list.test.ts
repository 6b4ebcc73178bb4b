import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CreatePayment } from '../../apps/api/src/use-cases/create-payment.ts';
import { uuidOf, type PaymentId } from '#domain';
import type { Sql } from '#persistence';
import { SQL } from '#runtime';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ask, openMerchantDoor, type MerchantDoor } from '../support/merchant-door.ts';
import { aPayment } from '../support/payments.ts';
import { startApiHere } from '../support/services.ts';

interface Page {
  readonly payments: {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly reference: string } }[];
    readonly nodes: readonly { readonly reference: string }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
  };
}

let database: TestDatabase;
let api: NestFastifyApplication;
let owner: pg.Client;
let door: MerchantDoor;
let ids: PaymentId[];

beforeAll(async () => {
  database = await createDatabase();
  api = await startApiHere({ database, nats: { url: 'nats://127.0.0.1:1' } });
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await api.close();
  await owner.end();
  await database.drop();
});

/** order-1 … order-7, of which order-7 is the newest. */
beforeEach(async () => {
  door = await openMerchantDoor(api);
  ids = [];
  for (let number = 1; number <= 7; number += 1) ids.push(await create(door, `order-${number}`));
});

async function create({ merchantId }: MerchantDoor, reference: string): Promise<PaymentId> {
  const answer = await api.get(CreatePayment).execute(aPayment(merchantId, { reference, idempotencyKey: reference }));
  if (answer.kind !== 'accepted') throw new Error(answer.refusal.message);
  return answer.paymentId;
}

async function list(args: string, of = door): Promise<Page['payments']> {
  const query = `{ payments${args} { edges { cursor node { reference } } nodes { reference }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const answer = await ask<Page>(of, query);
  expect(answer.errors).toEqual([]);
  if (answer.data === null || answer.data === undefined) throw new Error('there is data');
  return answer.data.payments;
}

const numbersOf = (page: Page['payments']): number[] =>
  page.nodes.map(({ reference }) => Number(reference.split('-')[1]));

describe('pages', () => {
  test.each([
    ['', [7, 6, 5, 4, 3, 2, 1], false, false],
    ['(first: 3)', [7, 6, 5], true, false],
    ['(last: 3)', [3, 2, 1], false, true],
    ['(first: 7)', [7, 6, 5, 4, 3, 2, 1], false, false],
    ['(first: 0)', [], true, false],
    ['(first: 2, after: CURSOR_5)', [4, 3], true, true],
    ['(first: 9, after: CURSOR_5)', [4, 3, 2, 1], false, true],
    ['(last: 2, before: CURSOR_5)', [7, 6], true, false],
    ['(last: 1, before: CURSOR_5)', [6], true, true],
    ['(first: 1, before: CURSOR_5)', [7], true, false],
    ['(last: 2, after: CURSOR_5)', [2, 1], false, true],
    ['(first: 9, after: CURSOR_6, before: CURSOR_2)', [5, 4, 3], true, true],
    ['(first: 3, after: CURSOR_1)', [], false, true],
  ])('payments%s', async (args, numbers, hasNextPage, hasPreviousPage) => {
    const cursors = new Map((await list('')).edges.map(({ cursor, node }) => [node.reference, cursor]));
    const page = await list(args.replaceAll(/CURSOR_(\d)/g, (_, number) => `"${cursors.get(`order-${number}`)}"`));
    expect(numbersOf(page)).toEqual(numbers);
    expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
    expect(page.pageInfo).toEqual({
      hasNextPage,
      hasPreviousPage,
      startCursor: cursors.get(`order-${numbers[0]}`) ?? null,
      endCursor: cursors.get(`order-${numbers.at(-1)}`) ?? null,
    });
  });

  test('walking in both directions meets everything once, whatever comes in meanwhile', async () => {
    const seen: number[] = [];
    let cursor = '';
    for (let more = true; more;) {
      const page = await list(`(first: 2${cursor})`);
      seen.push(...numbersOf(page));
      cursor = `, after: "${page.pageInfo.endCursor}"`;
      more = page.pageInfo.hasNextPage;
      await create(door, `order-${100 + seen.length}`);
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);

    const back: number[] = [];
    cursor = '';
    for (let more = true; more;) {
      const page = await list(`(last: 3${cursor})`);
      back.unshift(...numbersOf(page));
      cursor = `, before: "${page.pageInfo.startCursor}"`;
      more = page.pageInfo.hasPreviousPage;
    }
    expect(back.slice(-7)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(new Set(back).size).toBe(back.length);
  });

  test('a cursor of another list is refused', async () => {
    const cursor = Buffer.from('event:1').toString('base64url');
    const answer = await ask(door, `{ payments(after: "${cursor}") { nodes { id } } }`);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
  });
});

describe('filters', () => {
  test('by reference', async () => {
    expect(numbersOf(await list('(filter: {reference: "order-3"})'))).toEqual([3]);
    expect(numbersOf(await list('(filter: {reference: "ORDER-3"})'))).toEqual([]);
  });

  test('by status, one or several', async () => {
    await owner.query(`UPDATE payments.payment SET state = 'voiding', authorized = amount WHERE id = $1`, [
      uuidOf(ids[1] ?? 'pay_'),
    ]);
    await owner.query(`UPDATE payments.payment SET state = 'failed' WHERE id = $1`, [uuidOf(ids[3] ?? 'pay_')]);
    expect(numbersOf(await list('(filter: {status: [AUTHORIZED]})'))).toEqual([2]);
    expect(numbersOf(await list('(filter: {status: [AUTHORIZED, FAILED]})'))).toEqual([4, 2]);
    expect(numbersOf(await list('(filter: {status: [EXPIRED]})'))).toEqual([]);
    expect(numbersOf(await list('(filter: {status: []})'))).toEqual([]);
  });

  test('by time, both ends left out', async () => {
    const query = '{ payments { nodes { createdAt reference } } }';
    const { data } = await ask<{ payments: { nodes: { createdAt: string; reference: string }[] } }>(door, query);
    const at = (number: number): string =>
      data?.payments.nodes.find(({ reference }) => reference === `order-${number}`)?.createdAt ?? '';
    const between = await list(`(filter: {createdAfter: "${at(2)}", createdBefore: "${at(5)}"})`);
    const strictlyBetween = [4, 3].filter((number) => at(number) > at(2) && at(number) < at(5));
    expect(numbersOf(between)).toEqual(strictlyBetween);
    expect(numbersOf(await list('(filter: {createdAfter: "2020-01-01T00:00:00+02:00"})'))).toHaveLength(7);
    expect(numbersOf(await list('(filter: {createdBefore: "2020-01-01T00:00:00Z"})'))).toEqual([]);
  });
});

describe('another merchant', () => {
  test('sees nothing of it', async () => {
    const other = await openMerchantDoor(api);
    const id = ids[0];
    expect((await list('', other)).nodes).toEqual([]);
    const answer = await ask(other, `{ payment(id: "${id}") { id } node(id: "${id}") { id } }`);
    expect(answer).toMatchObject({ data: { payment: null, node: null }, errors: [] });
  });
});

/** Neither the look at the key, which may be remembered, nor the gate's at the backlog, which comes by the clock. */
const isOfTheRequest = ([text]: readonly [string, ...unknown[]]): boolean =>
  !text.includes('api_key') && !text.includes('relay_cursor');

test('a page of payments with all that belongs to each is one statement per kind of row', async () => {
  const query = `{ payments { nodes { id captures { id } refunds { id } attempts { number } timeline { kind } } } }`;
  const statements = vi.spyOn(api.get<Sql>(SQL), 'query');
  try {
    const answer = await ask(door, query);
    expect(answer.errors).toEqual([]);
    // The payments, their captures, refunds, attempts and events.
    expect(statements.mock.calls.filter(isOfTheRequest)).toHaveLength(5);
  } finally {
    statements.mockRestore();
  }
});

test('one payment alone is one statement', async () => {
  const statements = vi.spyOn(api.get<Sql>(SQL), 'query');
  try {
    await ask(
      door,
      `{ payment(id: "${ids[0]}") { id status amount { decimal } risk { score } settlement { status } } }`,
    );
    expect(statements.mock.calls.filter(isOfTheRequest)).toHaveLength(1);
  } finally {
    statements.mockRestore();
  }
});
