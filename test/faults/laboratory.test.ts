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
    increases: [],
    refunds: [],
    voids: 0,
    evidence: [],
    decisions: [],
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
  const grow = (answer: Answer, key = 'increase-1'): Call =>
    call('increaseAuthorization', key, answer, { paymentId: publicId('pay', paymentId), amount });
  const grown: Answer = { ...accepted, operationId: publicId('inc', refundId) };
  const disputeId = randomUUID();
  const submit = (answer: Answer, text: string): Call =>
    call('submitDisputeEvidence', `key of ${text}`, answer, { disputeId: publicId('dsp', disputeId), text });
  const submitted: Answer = { ...accepted, operationId: publicId('dsp', disputeId) };
  const answered = (...texts: string[]): PaymentRow => ({
    ...payment,
    evidence: texts.map((text) => ({ dispute: disputeId, text })),
  });
  const decide = (answer: Answer, decision: 'ALLOW' | 'BLOCK', reason: string): Call =>
    call('decideReview', `wish of ${reason}`, answer, { paymentId: publicId('pay', paymentId), decision, reason });
  const decided = (...decisions: [decision: string, reason: string][]): PaymentRow => ({
    ...payment,
    decisions: decisions.map(([decision, reason]) => ({ decision, reason })),
  });

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
    ['a refund never asked for and there', [create(accepted)], [{ ...payment, refunds: [row] }], ['doubled']],
    [
      'two refunds accepted and one there',
      [create(accepted), refund(refunded), refund(refunded, 'refund-2')],
      [{ ...payment, refunds: [row] }],
      ['lost'],
    ],
    ['a void never asked for and there', [create(accepted)], [{ ...payment, voids: 1 }], ['doubled']],
    ['an increase accepted and there', [create(accepted), grow(grown)], [{ ...payment, increases: [row] }], []],
    ['an increase accepted and not there', [create(accepted), grow(grown)], [payment], ['lost']],
    [
      'an increase accepted and there with another amount',
      [create(accepted), grow(grown)],
      [{ ...payment, increases: [{ ...row, amount: '1' }] }],
      ['wrong'],
    ],
    [
      'an increase refused and there',
      [create(accepted), grow(refused)],
      [{ ...payment, increases: [row] }],
      ['doubled'],
    ],
    ['an increase unknown and there', [create(accepted), grow(unknown)], [{ ...payment, increases: [row] }], []],
    ['an increase never asked for and there', [create(accepted)], [{ ...payment, increases: [row] }], ['doubled']],
    ['evidence accepted and there', [create(accepted), submit(submitted, 'a')], [answered('a')], []],
    ['evidence accepted and not there', [create(accepted), submit(submitted, 'a')], [payment], ['lost']],
    [
      'evidence accepted and there in other words',
      [create(accepted), submit(submitted, 'a')],
      [answered('b')],
      ['wrong', 'lost'],
    ],
    ['evidence refused and there', [create(accepted), submit(refused, 'a')], [answered('a')], ['doubled']],
    ['evidence turned away and there', [create(accepted), submit(turnedAway, 'a')], [answered('a')], ['doubled']],
    ['evidence unknown and there', [create(accepted), submit(unknown, 'a')], [answered('a')], []],
    ['evidence unknown and not there', [create(accepted), submit(unknown, 'a')], [payment], []],
    [
      'one evidence accepted, another refused, and the accepted one there',
      [create(accepted), submit(submitted, 'a'), submit(refused, 'b')],
      [answered('a')],
      [],
    ],
    [
      'one evidence accepted, another refused, and both there',
      [create(accepted), submit(submitted, 'a'), submit(refused, 'b')],
      [answered('a', 'b')],
      ['doubled', 'doubled'],
    ],
    [
      'a decision accepted and there',
      [create(accepted), decide(accepted, 'ALLOW', 'a')],
      [decided(['allow', 'a'])],
      [],
    ],
    [
      'a decision accepted, again, and there once',
      [create(accepted), decide(accepted, 'ALLOW', 'a'), decide(accepted, 'ALLOW', 'a')],
      [decided(['allow', 'a'])],
      [],
    ],
    [
      'two decisions that agree accepted and the first there',
      [create(accepted), decide(accepted, 'ALLOW', 'a'), decide(accepted, 'ALLOW', 'b')],
      [decided(['allow', 'a'])],
      [],
    ],
    [
      'two decisions that agree accepted and both there',
      [create(accepted), decide(accepted, 'ALLOW', 'a'), decide(accepted, 'ALLOW', 'b')],
      [decided(['allow', 'a'], ['allow', 'b'])],
      ['doubled'],
    ],
    [
      'two decisions that contradict accepted',
      [create(accepted), decide(accepted, 'ALLOW', 'a'), decide(accepted, 'BLOCK', 'b')],
      [decided(['allow', 'a'])],
      ['lost'],
    ],
    ['a decision accepted and not there', [create(accepted), decide(accepted, 'BLOCK', 'a')], [payment], ['lost']],
    [
      'a decision refused and there',
      [create(accepted), decide(refused, 'ALLOW', 'a')],
      [decided(['allow', 'a'])],
      ['doubled'],
    ],
    ['a decision unknown and there', [create(accepted), decide(unknown, 'ALLOW', 'a')], [decided(['allow', 'a'])], []],
    ['a decision that nobody made and there', [create(accepted)], [decided(['allow', 'a'])], ['wrong']],
  ])('%s', (_, history, payments, expected) => {
    expect(checkPromises(payments, history).map(({ harm }) => harm)).toEqual(expected);
  });
});
