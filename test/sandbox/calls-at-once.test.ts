import { describe, expect } from 'vitest';
import type { OperationRequest } from '../../apps/sandbox/src/operations/operation.ts';
import type { TestDatabase } from '../support/database.ts';
import { AtOnce, authorization, capture } from './support/at-once.ts';
import { test } from './support/sandbox-test.ts';

/** The same requests at once and, at another sandbox, one after the other. Neither its caller nor its record may tell which. */
async function compare(
  databases: { readonly create: () => Promise<TestDatabase> },
  before: readonly OperationRequest[],
  requests: readonly OperationRequest[],
): Promise<{ readonly heard: unknown[]; readonly stage: AtOnce }> {
  const [stage, alone] = await Promise.all([AtOnce.start(databases), AtOnce.start(databases, 'each_alone')]);
  await stage.oneByOne(before);
  await alone.oneByOne(before);

  const heard = await stage.atOnce(requests);
  expect(heard).toEqual(await alone.oneByOne(requests));
  expect(await stage.record()).toEqual(await alone.record());
  expect(await stage.totals()).toEqual(await alone.totals());
  return { heard, stage };
}

describe('authorizations that come at once', () => {
  test('are one transaction', async ({ databases }) => {
    const requests = ['first', 'd', 'b', 'a', 'c'].map((key) => authorization(key));
    const { heard, stage } = await compare(databases, [], requests);

    expect(heard).toEqual(requests.map(() => expect.objectContaining({ tells: 'plainly' })));
    expect(await stage.transactionsOf(['a', 'b', 'c', 'd'])).toBe(1);
  });

  test('hear what they would have heard alone', async ({ databases }) => {
    const { heard, stage } = await compare(
      databases,
      [authorization('known')],
      [
        authorization('first'),
        authorization('a'),
        authorization('twice'),
        authorization('twice'),
        authorization('reused'),
        authorization('reused', { amountMinor: 5 }),
        authorization('known'),
        authorization('known', { currency: 'USD' }),
        authorization('at-another', { acquirer: 'beta' }),
        authorization('at-another', { acquirer: 'gamma' }),
        authorization('declined', { cardToken: 'tok_declined' }),
        authorization('challenged', { cardToken: 'tok_3ds_required' }),
        authorization('called-back', { cardToken: 'tok_duplicate_answer' }),
        authorization('slow', { cardToken: 'tok_slow' }),
        authorization('silent', { cardToken: 'tok_timeout_charged' }),
        authorization('garbled', { cardToken: 'tok_garbage' }),
        authorization('not-sent', { cardToken: 'tok_not_sent' }),
        authorization('z'),
      ],
    );

    expect(heard[3]).toEqual(heard[2]);
    expect(heard[5]).toEqual({ refused: 'idempotency_key_reused' });
    expect(heard[7]).toEqual({ refused: 'idempotency_key_reused' });
    expect(heard[10]).toMatchObject({ answer: { status: 'declined' } });
    expect(await stage.transactionsOf(['a', 'twice', 'reused', 'at-another', 'slow', 'silent', 'garbled', 'z'])).toBe(
      1,
    );
  });

  test('that the database refuses keep no other from it', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    await stage.owner.query(`ALTER TABLE sandbox.hold ADD CONSTRAINT not_this_one CHECK (reference <> 'bad')`);

    const requests = ['first', 'a', 'bad', 'b'].map((key) => authorization(key));
    expect(await stage.atOnce(requests)).toMatchObject([
      { answer: { status: 'approved' } },
      { answer: { status: 'approved' } },
      { failed: expect.stringContaining('not_this_one') },
      { answer: { status: 'approved' } },
    ]);
    expect(await stage.totals()).toMatchObject({ totals: [{ authorized: { count: 3 } }] });
  });
});

/** One hold of each card, under the card's name as the key. */
const cards = [
  'tok_visa',
  'tok_capture_declined',
  'tok_capture_timeout',
  'tok_disputed',
  'tok_early_warning',
  'tok_auth_expires',
  'tok_3ds_required',
] as const;

describe('captures that come at once', () => {
  test('are one transaction', async ({ databases }) => {
    const keys = ['d', 'b', 'a', 'c'];
    const holds = ['first', ...keys].map((key) => authorization(key));
    const { heard, stage } = await compare(
      databases,
      holds,
      holds.map((hold) => capture(`capture-${hold.key}`, hold)),
    );

    expect(heard).toEqual(holds.map(() => expect.objectContaining({ tells: 'plainly' })));
    expect(await stage.transactionsOf(keys.map((key) => `capture-${key}`))).toBe(1);
  });

  test('hear what they would have heard alone', async ({ databases }) => {
    const holds = [
      ...['first', 'a', 'shared', 'closed', 'twice', 'other', 'rival', 'z'].map((key) => authorization(key)),
      ...cards.map((cardToken) => authorization(cardToken, { cardToken })),
    ];
    const held = (key: string) => holds.find((hold) => hold.key === key) ?? authorization(key);
    const known = capture('known', held('other'), { amountMinor: 100, final: false });
    const { heard, stage } = await compare(
      databases,
      [...holds, known],
      [
        capture('capture-first', held('first')),
        capture('capture-a', held('a')),
        capture('shared-1', held('shared'), { amountMinor: 700, final: false }),
        capture('shared-2', held('shared'), { amountMinor: 700, final: false }),
        capture('closed-1', held('closed'), { amountMinor: 1, final: true }),
        capture('closed-2', held('closed'), { amountMinor: 1, final: true }),
        capture('twice', held('twice'), { amountMinor: 10 }),
        capture('capture-twice', held('twice'), { amountMinor: 10, final: false }),
        capture('capture-twice', held('twice'), { amountMinor: 10, final: false }),
        capture('reused', held('rival'), { amountMinor: 10 }),
        capture('reused', held('other'), { amountMinor: 10 }),
        known,
        capture('unknown', authorization('nobody-asked-for')),
        capture('too-much', held('z'), { amountMinor: 1_100 }),
        ...cards.map((card) => capture(`capture-${card}`, held(card))),
      ],
    );

    const approved = { answer: { status: 'approved' } };
    expect(heard.slice(0, 14)).toMatchObject([
      approved,
      approved,
      approved,
      { answer: { status: 'declined', declineCode: 'amount_exceeds_authorization' } },
      approved,
      { answer: { status: 'declined', declineCode: 'authorization_closed' } },
      { refused: 'idempotency_key_reused' },
      approved,
      approved,
      approved,
      { refused: 'idempotency_key_reused' },
      approved,
      { refused: 'unknown_authorization' },
      { answer: { status: 'declined', declineCode: 'amount_exceeds_authorization' } },
    ]);
    expect(
      await stage.transactionsOf([
        'capture-a',
        'shared-1',
        'closed-1',
        'reused',
        ...cards.map((card) => `capture-${card}`),
      ]),
    ).toBe(1);
  });

  test('of one hold take what was authorized and not a unit more', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    const hold = authorization('hold', { amountMinor: 1_000 });
    await stage.oneByOne([hold]);
    const requests = Array.from({ length: 100 }, (_, n) => capture(`c${n}`, hold, { amountMinor: 30, final: false }));
    const heard = await stage.atOnce(requests);

    expect(heard.filter((reply) => JSON.stringify(reply).includes('"approved"'))).toHaveLength(33);
    expect(await stage.totals()).toMatchObject({ totals: [{ captured: { count: 33, minor: 990 } }] });
  });

  test('that the database refuses keep no other from it', async ({ databases }) => {
    const stage = await AtOnce.start(databases);
    const holds = ['first', 'a', 'bad', 'b'].map((key) => authorization(key));
    await stage.oneByOne(holds);
    await stage.owner.query(
      `ALTER TABLE sandbox.effect ADD CONSTRAINT not_this_one CHECK (operation <> 'capture' OR reference <> 'bad')`,
    );

    const heard = await stage.atOnce(holds.map((hold) => capture(`capture-${hold.key}`, hold)));
    expect(heard).toMatchObject([
      { answer: { status: 'approved' } },
      { answer: { status: 'approved' } },
      { failed: expect.stringContaining('not_this_one') },
      { answer: { status: 'approved' } },
    ]);
    expect(await stage.totals()).toMatchObject({ totals: [{ captured: { count: 3 } }] });
  });
});

test('rows are looked up by their keys, though the tables were empty when it was planned how', async ({
  databases,
}) => {
  const stage = await AtOnce.start(databases);
  // PostgreSQL settles for one plan when it has made five.
  for (let round = 0; round < 8; round += 1) {
    const holds = ['a', 'b', 'c', 'd'].map((key) => authorization(`${key}-${round}`));
    await stage.atOnce(holds);
    await stage.atOnce(holds.map((hold) => capture(`capture-${hold.key}`, hold)));
  }
  expect(await stage.wholeTablesRead()).toBe(0);
});
