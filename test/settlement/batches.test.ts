import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventEnvelope, LoggedEvent, SettlementEventData } from '#contracts';
import { idOf, uuidOf, type CurrencyCode, type MerchantId, type PaymentId } from '#domain';
import { CloseBatch } from '../../apps/settlement/src/use-cases/close-batch.ts';
import {
  newId,
  paymentCaptured,
  paymentDisputed,
  paymentRefunded,
  type PaymentFacts,
} from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { balancesOf } from './books.ts';
import { startSettlement } from './settlement-service.ts';

type Settled = SettlementEventData<'payment.settled'>;
type Closed = SettlementEventData<'batch.closed'>;

let stage: Stage;
/** Two processes of the service. */
let first: INestApplication;
let second: INestApplication;

beforeAll(async () => {
  stage = await Stage.set('settlement', startSettlement, ['settlement']);
  [first, second] = [await stage.enter(), await stage.enter()];
});

afterAll(() => stage.clear());

const noFee = { feeBasisPoints: 0, feeFixed: 0, riskLimit: 100_000, riskFloor: 5_000 };

async function tell(...events: readonly LoggedEvent[]): Promise<void> {
  await stage.streams.publish('payments', ...events);
  await until('the events to be handled', () => stage.streams.isDone('payments', 'settlement'));
}

/** Captures of one payment each. */
function captures(count: number, facts: Partial<PaymentFacts>): LoggedEvent[] {
  return Array.from({ length: count }, () => paymentCaptured({ terms: noFee, ...facts }));
}

const inAMoment = (): Date => new Date(Date.now() + 60_000);

/** Closes batches until nothing is open, and gives how many payments each had. */
async function close(merchantId: MerchantId, currency: CurrencyCode = 'EUR', by = first, cutoffAt = inAMoment()) {
  const sizes: number[] = [];
  for (;;) {
    const result = await by.get(CloseBatch).execute({ merchantId, currency }, cutoffAt);
    if (result.kind === 'nothing_open') return sizes;
    sizes.push(result.batch.payments.length);
  }
}

function about<Data>(type: string, merchantId: MerchantId): EventEnvelope<Data>[] {
  return stage.streams.heardOf<Data>(type).filter((event) => event.merchantid === merchantId);
}

/** What was said of closed batches of the merchant, once there are so many. */
async function closedOf(merchantId: MerchantId, count: number): Promise<Closed[]> {
  return until(`${count} closed batches`, () => {
    const events = about<Closed>('settlement.v1.batch.closed', merchantId);
    return events.length >= count && events.map(({ data }) => data);
  });
}

async function settledOf(merchantId: MerchantId, count: number): Promise<EventEnvelope<Settled>[]> {
  return until(`${count} settled payments`, () => {
    const events = about<Settled>('settlement.v1.payment.settled', merchantId);
    return events.length >= count && events;
  });
}

async function itemsIn(merchantId: MerchantId): Promise<{ open: number; batches: number }> {
  const [row] = await stage.query<{ open: bigint; batches: bigint }>(
    `SELECT count(*) FILTER (WHERE batch_id IS NULL) AS open, count(DISTINCT batch_id) AS batches FROM books.item
     WHERE merchant_id = $1`,
    [uuidOf(merchantId)],
  );
  return { open: Number(row?.open), batches: Number(row?.batches) };
}

describe('a batch', () => {
  test('makes available what was pending, and tells of each payment and of itself', async () => {
    const merchantId = newId('mer');
    const [one, two] = [newId('pay'), newId('pay')];
    await tell(
      paymentCaptured({ merchantId, paymentId: one, amount: 10_000 }), // fee 290 + 30
      paymentCaptured({ merchantId, paymentId: two, amount: 2_000 }), // fee 58 + 30
      paymentRefunded({ merchantId, paymentId: one, amount: 4_000 }),
    );
    expect(await close(merchantId)).toEqual([2]);

    const [closed] = await closedOf(merchantId, 1);
    expect(closed).toMatchObject({
      currency: 'EUR',
      gross: 12_000,
      refunded: 4_000,
      fee: 408,
      net: 7_592,
      payments: 2,
    });
    const settled = await settledOf(merchantId, 2);
    const told = new Map(settled.map(({ data }) => [data.paymentId, [data.net, data.fee, data.batchId]]));
    expect(told).toEqual(
      new Map([
        [one, [5_680, 320, closed?.batchId]],
        [two, [1_912, 88, closed?.batchId]],
      ]),
    );
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 7592 EUR']);
  });

  test('is one for each currency', async () => {
    const merchantId = newId('mer');
    const currencies = ['BHD', 'EUR', 'JPY'] as const;
    await tell(...currencies.flatMap((currency, index) => captures(index + 1, { merchantId, currency, amount: 700 })));
    for (const [index, currency] of currencies.entries()) {
      expect(await close(merchantId, currency)).toEqual([index + 1]);
    }
    const closed = await closedOf(merchantId, 3);
    expect(closed.map(({ currency, net }) => `${net} ${currency}`)).toEqual(['700 BHD', '1400 EUR', '2100 JPY']);
    expect(await balancesOf(stage, merchantId)).toEqual([
      'merchant_available 700 BHD',
      'merchant_available 1400 EUR',
      'merchant_available 2100 JPY',
    ]);
  });

  test('is negative when more was refunded than captured, and takes it from what was available', async () => {
    const merchantId = newId('mer');
    const paymentId = newId('pay');
    await tell(paymentCaptured({ merchantId, paymentId, amount: 1_000, terms: noFee }));
    await close(merchantId);
    await tell(paymentRefunded({ merchantId, paymentId, amount: 1_000 }), ...captures(1, { merchantId, amount: 300 }));
    await close(merchantId);

    const closed = await closedOf(merchantId, 2);
    expect(closed[1]).toMatchObject({ gross: 300, refunded: 1_000, fee: 0, net: -700, payments: 2 });
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 300 EUR']);
  });

  test('holds back what is disputed, gives it free when the dispute was won, and not when it was lost', async () => {
    const merchantId = newId('mer');
    const paymentId = newId('pay');
    const facts = { merchantId, paymentId, terms: noFee };
    await tell(
      paymentCaptured({ ...facts, amount: 1_000 }),
      paymentDisputed('dispute_opened', { ...facts, amount: 400 }),
      paymentDisputed('dispute_opened', { ...facts, amount: 100 }),
    );
    await close(merchantId);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 500 EUR', 'merchant_reserve 500 EUR']);

    await tell(
      paymentDisputed('dispute_won', { ...facts, amount: 400 }),
      paymentDisputed('dispute_lost', { ...facts, amount: 100 }),
    );
    expect(await close(merchantId)).toEqual([1]);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 900 EUR']);

    const closed = await closedOf(merchantId, 2);
    expect(closed).toMatchObject([
      { gross: 1_000, refunded: 0, disputed: 500, net: 500 },
      { gross: 0, refunded: 0, disputed: -400, net: 400 },
    ]);
    const settled = await settledOf(merchantId, 2);
    expect(settled.map(({ data }) => data.net)).toEqual([500, 900]);
    const batches = await stage.query(
      `SELECT gross, refunded, disputed, fee, net FROM books.batch WHERE merchant_id = $1 ORDER BY closed_at`,
      [uuidOf(merchantId)],
    );
    expect(batches.map((batch) => Object.values(batch).map(Number))).toEqual([
      [1_000, 0, 500, 0, 500],
      [0, 0, -400, 0, 400],
    ]);
  });

  test('has nothing to settle when a dispute was lost', async () => {
    const merchantId = newId('mer');
    await tell(paymentDisputed('dispute_lost', { merchantId, amount: 400 }));
    expect(await close(merchantId)).toEqual([]);
  });

  test('whose net is nothing moves nothing and is told all the same', async () => {
    const merchantId = newId('mer');
    const paymentId = newId('pay');
    const facts = { merchantId, paymentId, amount: 1_000, terms: noFee };
    await tell(paymentCaptured(facts), paymentRefunded(facts));
    await close(merchantId);
    const [closed] = await closedOf(merchantId, 1);
    expect(closed).toMatchObject({ gross: 1_000, refunded: 1_000, net: 0, payments: 1 });
    expect(await balancesOf(stage, merchantId)).toEqual([]);
  });

  test('is booked by the event that tells of it', async () => {
    const merchantId = newId('mer');
    await tell(...captures(1, { merchantId, amount: 500 }));
    await close(merchantId);
    await closedOf(merchantId, 1);
    const [event] = about<Closed>('settlement.v1.batch.closed', merchantId);
    expect(event).toMatchObject({ subject: event?.data.batchId, aggregateversion: 1 });
    const journals = await stage.query<{ event_id: string }>(
      `SELECT DISTINCT event_id FROM books.entry JOIN books.journal USING (event_id)
       WHERE merchant_id = $1 AND kind = 'batch_closed'`,
      [uuidOf(merchantId)],
    );
    expect(journals.map((row) => idOf('evt', row.event_id))).toEqual([event?.id]);
  });

  test('leaves what happened after the cut-off to the next', async () => {
    const merchantId = newId('mer');
    const cutoffAt = new Date('2026-03-01T00:00:00Z');
    await tell(
      ...captures(1, { merchantId, amount: 1, at: new Date('2026-02-28T23:59:59.999Z') }),
      ...captures(1, { merchantId, amount: 2, at: cutoffAt }),
    );
    expect(await close(merchantId, 'EUR', first, cutoffAt)).toEqual([1]);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 1 EUR', 'merchant_pending 2 EUR']);
  });

  test('settles the same payment again and tells of the sum, in order', async () => {
    const merchantId = newId('mer');
    const paymentId: PaymentId = newId('pay');
    for (const [amount, version] of [
      [1_000, 4],
      [500, 5],
    ] as const) {
      await tell(paymentCaptured({ merchantId, paymentId, amount, version, acquirer: 'alpha' }));
      await close(merchantId);
    }
    await tell(paymentRefunded({ merchantId, paymentId, amount: 1_200 }));
    await close(merchantId);

    const settled = await settledOf(merchantId, 3);
    // Fees: 29 + 30, 14 (of 14.5, to the even) + 30, none.
    expect(settled.map(({ aggregateversion, data }) => [aggregateversion, data.net, data.fee])).toEqual([
      [1, 941, 59],
      [2, 1_397, 103],
      [3, 197, 103],
    ]);
  });

  test('has at most 500 items', async () => {
    const merchantId = newId('mer');
    await tell(...captures(1_001, { merchantId, amount: 10 }));
    expect(await close(merchantId)).toEqual([500, 500, 1]);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 10010 EUR']);
  });

  test('never holds more than a JSON integer can tell', async () => {
    const merchantId = newId('mer');
    await tell(
      ...captures(3, { merchantId, amount: Number.MAX_SAFE_INTEGER }),
      ...captures(2, { merchantId, amount: 1 }),
    );
    expect((await close(merchantId)).toSorted()).toEqual([1, 1, 1, 2]);
    const closed = await closedOf(merchantId, 4);
    expect(closed.map(({ net }) => net).toSorted((a, b) => a - b)).toEqual([
      2,
      ...Array(3).fill(Number.MAX_SAFE_INTEGER),
    ]);
    expect(await balancesOf(stage, merchantId)).toEqual([`merchant_available ${3n * (2n ** 53n - 1n) + 2n} EUR`]);
  });
});

describe('two processes', () => {
  test('that close at once settle each item once', async () => {
    const merchants = Array.from({ length: 4 }, () => newId('mer'));
    await tell(...merchants.flatMap((merchantId) => captures(60, { merchantId, amount: 25 })));
    const closings = merchants.flatMap((merchantId) =>
      [first, second, first, second].map((by) => close(merchantId, 'EUR', by)),
    );
    const sizes = await Promise.all(closings);
    expect(sizes.flat().reduce((sum, size) => sum + size, 0)).toBe(240);
    for (const merchantId of merchants) {
      expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 1500 EUR']);
      expect(await itemsIn(merchantId)).toEqual({ open: 0, batches: 1 });
    }
  });

  test('leave an account that is being closed to whoever has it', async () => {
    const merchantId = newId('mer');
    await tell(...captures(3, { merchantId, amount: 25 }));
    const gate = await stage.holdTable('books.batch');
    const closing = close(merchantId, 'EUR', first);
    await until('the batch to wait at the gate', () => gate.isWaitedFor());
    expect(await close(merchantId, 'EUR', second)).toEqual([]);
    gate.open();
    expect(await closing).toEqual([3]);
  });

  test('that post and close at once lose nothing', async () => {
    const merchantId = newId('mer');
    const events = captures(400, { merchantId, amount: 25 });
    const sizes: number[] = [];
    const posted = new AbortController();
    const posting = tell(...events).then(() => posted.abort());
    while (!posted.signal.aborted) {
      const both = await Promise.all([close(merchantId, 'EUR', first), close(merchantId, 'EUR', second)]);
      sizes.push(...both.flat());
    }
    await posting;
    sizes.push(...(await close(merchantId)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(400);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 10000 EUR']);
    const settled = await settledOf(merchantId, 400);
    expect(new Set(settled.map(({ data }) => data.paymentId)).size).toBe(400);
  });
});

test('a crash in the middle of closing leaves everything open', async () => {
  const merchantId = newId('mer');
  await tell(...captures(5, { merchantId, amount: 25 }));
  const gate = await stage.holdTable('books.event');
  const closing = close(merchantId);
  await until('the events to wait at the gate', () => gate.isWaitedFor());
  await Promise.all([expect(closing).rejects.toThrow('terminating connection'), gate.killWhoWaits()]);
  gate.open();
  expect(await itemsIn(merchantId)).toEqual({ open: 5, batches: 0 });
  expect(await balancesOf(stage, merchantId)).toEqual(['merchant_pending 125 EUR']);
  expect(await close(merchantId)).toEqual([5]);
  expect(await balancesOf(stage, merchantId)).toEqual(['merchant_available 125 EUR']);
});
