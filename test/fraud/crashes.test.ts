import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuidOf, type MerchantId } from '#domain';
import { newId, paymentCreated } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { startFraud } from './fraud-service.ts';

const unlimited = { VELOCITY_LIMIT: '1000000' };

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set('fraud', startFraud, ['fraud']);
});

afterAll(() => stage.clear());

async function countsOf(merchantId: MerchantId): Promise<number[]> {
  const rows = await stage.query<{ card_payments: bigint }>(
    'SELECT card_payments FROM fraud.assessment WHERE merchant_id = $1 ORDER BY card_payments',
    [uuidOf(merchantId)],
  );
  return rows.map((row) => Number(row.card_payments));
}

const numbersTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

test('transactions that die half way are made again, and the card is counted as if they had not been', async () => {
  const services = [await stage.enter(unlimited), await stage.enter(unlimited)];
  const facts = { merchantId: newId('mer'), cardToken: newId('tok'), at: new Date() };
  const gate = await stage.holdTable('fraud.event');
  await stage.streams.publish('payments', ...Array.from({ length: 60 }, () => paymentCreated(facts)));
  for (let deaths = 0; deaths < 3; deaths += 1) {
    await until('a batch to wait at the gate', () => gate.isWaitedFor());
    await gate.killWhoWaits();
  }
  gate.open();
  await until('60 counts', async () => (await countsOf(facts.merchantId)).length === 60);
  expect(await countsOf(facts.merchantId)).toEqual(numbersTo(60));
  for (const service of services) await stage.leave(service);
});

test('a service that is told to end finishes what it has in hand, and the next one goes on from there', async () => {
  const facts = { merchantId: newId('mer'), cardToken: newId('tok'), at: new Date() };
  await stage.streams.publish('payments', ...Array.from({ length: 1_000 }, () => paymentCreated(facts)));

  const gate = await stage.holdTable('fraud.assessment');
  const ending = await stage.enter(unlimited);
  await until('the first batch to wait at the gate', () => gate.isWaitedFor());
  const ended = stage.leave(ending);
  gate.open();
  await ended;
  const handled = (await countsOf(facts.merchantId)).length;
  expect(handled).toBeGreaterThan(0);
  expect(handled).toBeLessThan(1_000);
  expect(await stage.streams.remaining('payments', 'fraud')).toBe(1_000 - handled);

  const next = await stage.enter(unlimited);
  await until('the rest', async () => (await countsOf(facts.merchantId)).length === 1_000);
  expect(await countsOf(facts.merchantId)).toEqual(numbersTo(1_000));
  await stage.streams.hear('fraud.v1.payment.assessed', 1_060);
  await stage.leave(next);
});
