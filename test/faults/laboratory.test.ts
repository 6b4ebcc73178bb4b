import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { idOf, uuidOf } from '#domain';
import { Chance } from '../../tools/faults/chance.ts';
import type { Fault } from '../../tools/faults/faults/fault.ts';
import { draw } from '../../tools/faults/faults/schedule.ts';
import type { Answer, Call, Mutation } from '../../tools/faults/load/history.ts';
import { plants } from '../../tools/faults/planted/plants.ts';
import type { PaymentRow } from '../../tools/faults/reckoning/payments.ts';
import { checkPromises } from '../../tools/faults/reckoning/promises.ts';
import { publicId, uuidIn } from '../../tools/faults/reckoning/type-id.ts';

const run = promisify(execFile);

test('the checker reads and writes public ids as the services do, by code of its own', () => {
  const uuids = Array.from({ length: 200 }, () => randomUUID());
  expect(uuids.map((uuid) => publicId('pay', uuid))).toEqual(uuids.map((uuid) => idOf('pay', uuid)));
  expect(uuids.map((uuid) => uuidIn(idOf('pay', uuid)))).toEqual(uuids.map((uuid) => uuidOf(idOf('pay', uuid))));
});

describe('planted bugs', () => {
  const directory = join('tools', 'faults', 'planted');

  test('each has its patch, and each patch its bug', async () => {
    const patches = (await readdir(directory)).filter((file) => file.endsWith('.patch'));
    expect(patches.sort()).toEqual(plants.map(({ name }) => `${name}.patch`).sort());
  });

  test.each(plants)('$name can still be planted', async ({ name }) => {
    await run('git', ['apply', '--check', join(directory, `${name}.patch`)]);
  });
});

describe('the schedule', () => {
  const nothing = async (): Promise<void> => undefined;
  const faults: Fault[] = ['kill', 'freeze', 'wipe', 'restart'].flatMap((kind) =>
    ['one', 'other'].map((target) => ({
      kind,
      targets: kind === 'restart' ? ['one', 'other'] : [target],
      lastsMs: { least: 0, most: 9_000 },
      inject: nothing,
      heal: nothing,
    })),
  );
  const minute = 60_000;
  const drawn = (seed: string): string[] =>
    draw(faults, minute, new Chance(seed)).map(
      ({ fault, atMs, lastsMs }) => `${atMs} ${fault.kind} ${fault.targets.join()} ${lastsMs}`,
    );

  test('is the same for the same seed, and another for another', () => {
    expect(drawn('7')).toEqual(drawn('7'));
    expect(drawn('7')).not.toEqual(drawn('8'));
  });

  test.each(['1', '2', '3', '4', '5'])('of seed %s breaks nothing that is broken already', (seed) => {
    const appointments = draw(faults, 10 * minute, new Chance(seed));
    expect(new Set(appointments.map(({ fault }) => fault.kind)).size).toBe(4);
    const brokenUntil = new Map<string, number>();
    for (const { fault, atMs, lastsMs } of appointments) {
      for (const target of fault.targets) {
        expect(atMs).toBeGreaterThanOrEqual(brokenUntil.get(target) ?? 0);
        brokenUntil.set(target, atMs + lastsMs);
      }
    }
  });
});

describe('promises', () => {
  const paymentId = randomUUID();
  const refundId = randomUUID();
  const amount = { minor: 1_000, currency: 'EUR' };
  const accepted: Answer = { kind: 'accepted', paymentId: publicId('pay', paymentId), operationId: null };
  const refunded: Answer = { ...accepted, operationId: publicId('ref', refundId) };
  const refused: Answer = { kind: 'refused', code: 'AMOUNT_EXCEEDED', message: 'too much' };
  const unknown: Answer = { kind: 'unknown', because: 'connection lost' };
  const turnedAway: Answer = { kind: 'turned_away' };
  const payment: PaymentRow = {
    id: paymentId,
    amount: '1000',
    reference: 'order-1',
    currency: 'EUR',
    card_token: 'tok_visa',
    manual: false,
    captures: [],
    refunds: [],
    voids: 0,
  };
  const call = (mutation: Mutation, key: string, answer: Answer, input: Call['input']): Call => ({
    ...{ askedAt: 0, answeredAt: 1, api: 0, replayed: false },
    ...{ mutation, key, answer, input },
  });
  const create = (answer: Answer, key = 'key-1'): Call =>
    call('createPayment', key, answer, { reference: 'order-1', amount, source: { cardToken: 'tok_visa' } });
  const refund = (answer: Answer, key = 'refund-1'): Call =>
    call('refundPayment', key, answer, { paymentId: publicId('pay', paymentId), amount });
  const row = { id: refundId, amount: '1000' };

  test.each<
    readonly [what: string, history: readonly Call[], payments: readonly PaymentRow[], harms: readonly string[]]
  >([
    ['accepted and there', [create(accepted)], [payment], []],
    ['accepted and repeated', [create(accepted), { ...create(accepted), replayed: true }], [payment], []],
    ['accepted twice as if for the first time', [create(accepted), create(accepted)], [payment], ['doubled']],
    ['accepted and not there', [create(accepted)], [], ['lost']],
    ['accepted and there with another amount', [create(accepted)], [{ ...payment, amount: '1' }], ['wrong']],
    ['accepted once and there twice', [create(accepted)], [payment, { ...payment, id: refundId }], ['doubled']],
    ['refused and there', [create(refused)], [payment], ['doubled']],
    ['turned away and there', [create(turnedAway)], [payment], ['doubled']],
    ['unknown and there', [create(unknown)], [payment], []],
    ['unknown and not there', [create(unknown)], [], []],
    ['unknown, then refused, and there', [create(unknown), create(refused)], [payment], ['doubled']],
    ['never asked for and there', [], [payment], ['wrong']],
    ['answered in two ways', [create(accepted), create(refused)], [payment], ['wrong']],
    ['a refund accepted and there', [create(accepted), refund(refunded)], [{ ...payment, refunds: [row] }], []],
    ['a refund accepted and not there', [create(accepted), refund(refunded)], [payment], ['lost']],
    [
      'a refund accepted and there with another amount',
      [create(accepted), refund(refunded)],
      [{ ...payment, refunds: [{ ...row, amount: '1' }] }],
      ['wrong'],
    ],
    ['a refund refused and there', [create(accepted), refund(refused)], [{ ...payment, refunds: [row] }], ['doubled']],
    ['a refund unknown and there', [create(accepted), refund(unknown)], [{ ...payment, refunds: [row] }], []],
    [
      'a refund accepted once and there twice',
      [create(accepted), refund(refunded)],
      [{ ...payment, refunds: [row, { ...row, id: paymentId }] }],
      ['doubled'],
    ],
  ])('%s', (_, history, payments, expected) => {
    expect(checkPromises(payments, history).map(({ harm }) => harm)).toEqual(expected);
  });
});
