import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoggedEvent } from '#contracts';
import { uuidOf, type CurrencyCode, type EventId } from '#domain';
import {
  newId,
  paymentCaptured,
  paymentCreated,
  paymentDisputed,
  paymentRefunded,
  type PaymentFacts,
} from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { balances, balancesOf, journalCount, wholeBooks } from './books.ts';
import { startSettlement } from './settlement-service.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set('settlement', startSettlement, ['settlement']);
  await stage.enter();
});

afterAll(() => stage.clear());

/** Delivers the events and waits until all have been answered. */
async function tell(...events: readonly LoggedEvent[]): Promise<void> {
  await stage.streams.publish('payments', ...events);
  await until('the events to be handled', () => stage.streams.isDone('payments', 'settlement'));
}

const noFee = { feeBasisPoints: 0, feeFixed: 0, riskLimit: 100_000, riskFloor: 5_000 };

describe('money that moved is in the books', () => {
  test('a capture: the acquirer owes us, we owe the merchant what the fee leaves', async () => {
    const merchantId = newId('mer');
    const acquirer = 'acquirer of this capture';
    await tell(paymentCaptured({ merchantId, acquirer, amount: 10_000 }));
    // 2.9 % of 100.00 and 0.30
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_pending 9680 EUR']);
    expect(await balances(stage, acquirer)).toEqual(['acquirer_receivable 10000 EUR']);
  });

  test('the fee is the platform’s', async () => {
    const currency: CurrencyCode = 'ISK';
    await tell(paymentCaptured({ currency, amount: 10_000 }), paymentCaptured({ currency, amount: 20_000 }));
    expect(await balances(stage, null)).toContain('platform_fees 930 ISK'); // 290 + 30, 580 + 30
  });

  test('a refund: all of it is the merchant’s, and no fee comes back', async () => {
    const facts = { merchantId: newId('mer'), paymentId: newId('pay'), acquirer: 'acquirer of this refund' };
    await tell(paymentCaptured({ ...facts, amount: 10_000 }), paymentRefunded({ ...facts, amount: 10_000 }));
    expect(await balancesOf(stage, facts.merchantId)).toEqual(['merchant_pending -320 EUR']);
    expect(await balances(stage, facts.acquirer)).toEqual([]);
  });

  test('a dispute: its amount is held back', async () => {
    const facts = { merchantId: newId('mer'), paymentId: newId('pay'), acquirer: 'acquirer of this dispute' };
    await tell(
      paymentCaptured({ ...facts, amount: 10_000 }),
      paymentDisputed('dispute_opened', { ...facts, amount: 4_000 }),
    );
    expect(await balancesOf(stage, facts.merchantId)).toEqual([
      'merchant_pending 5680 EUR',
      'merchant_reserve 4000 EUR',
    ]);
    expect(await balances(stage, facts.acquirer)).toEqual(['acquirer_receivable 10000 EUR']);
  });

  test('a dispute that was won: as if it had never been', async () => {
    const facts = { merchantId: newId('mer'), paymentId: newId('pay'), acquirer: 'acquirer of the one that was won' };
    await tell(
      paymentCaptured({ ...facts, amount: 10_000 }),
      paymentDisputed('dispute_opened', { ...facts, amount: 4_000 }),
      paymentDisputed('dispute_won', { ...facts, amount: 4_000 }),
    );
    expect(await balancesOf(stage, facts.merchantId)).toEqual(['merchant_pending 9680 EUR']);
    expect(await balances(stage, facts.acquirer)).toEqual(['acquirer_receivable 10000 EUR']);
  });

  test('a dispute that was lost: the acquirer owes us that much less, and no fee comes back', async () => {
    const facts = { merchantId: newId('mer'), paymentId: newId('pay'), acquirer: 'acquirer of the one that was lost' };
    await tell(
      // Whatever comes first: each is posted by itself.
      paymentDisputed('dispute_lost', { ...facts, amount: 4_000 }),
      paymentDisputed('dispute_opened', { ...facts, amount: 4_000 }),
      paymentCaptured({ ...facts, amount: 10_000 }),
    );
    expect(await balancesOf(stage, facts.merchantId)).toEqual(['merchant_pending 5680 EUR']);
    expect(await balances(stage, facts.acquirer)).toEqual(['acquirer_receivable 6000 EUR']);
  });

  test('each currency by itself', async () => {
    const merchantId = newId('mer');
    await tell(
      paymentCaptured({ merchantId, currency: 'EUR', amount: 500, terms: noFee }),
      paymentCaptured({ merchantId, currency: 'JPY', amount: 500, terms: noFee }),
      paymentCaptured({ merchantId, currency: 'BHD', amount: 500, terms: noFee }),
    );
    expect(await balancesOf(stage, merchantId)).toEqual([
      'merchant_pending 500 BHD',
      'merchant_pending 500 EUR',
      'merchant_pending 500 JPY',
    ]);
  });

  test('the largest amounts there are, to the last unit, and their sum', async () => {
    const merchantId = newId('mer');
    const facts = { merchantId, currency: 'CLF', amount: Number.MAX_SAFE_INTEGER, terms: noFee } as const;
    await tell(...Array.from({ length: 1_025 }, () => paymentCaptured(facts)));
    expect(await balancesOf(stage, merchantId)).toEqual([`merchant_pending ${(2n ** 53n - 1n) * 1_025n} CLF`]);
  });

  test('nothing else is, nor does it leave a trace', async () => {
    const before = await stage.query('SELECT count(*) FROM books.inbox');
    const journals = await journalCount(stage);
    await tell(paymentCreated(), paymentCreated());
    expect(await stage.query('SELECT count(*) FROM books.inbox')).toEqual(before);
    expect(await journalCount(stage)).toBe(journals);
  });
});

describe('whatever is delivered again', () => {
  const told = [
    paymentCaptured,
    paymentRefunded,
    (facts: Partial<PaymentFacts>) => paymentDisputed('dispute_opened', facts),
    (facts: Partial<PaymentFacts>) => paymentDisputed('dispute_won', facts),
    (facts: Partial<PaymentFacts>) => paymentDisputed('dispute_lost', facts),
  ];
  const threeTimes = (events: readonly LoggedEvent[]): LoggedEvent[] =>
    [0, 1, 2].flatMap((turn) => events.map((_, index) => events[(index + turn) % events.length] ?? []).flat());

  test('every message three times makes the same books as once', async () => {
    const movements = Array.from({ length: 300 }, (_, index) => {
      const facts = { merchantId: newId('mer'), paymentId: newId('pay'), amount: 1_000 + index };
      return told[index % told.length]?.(facts) ?? paymentCaptured(facts);
    });
    await tell(...movements);
    const once = await wholeBooks(stage);
    await tell(...threeTimes(movements));
    await tell(...threeTimes(movements));
    expect(await wholeBooks(stage)).toEqual(once);

    const fresh = movements.map((event) => ({ ...event, id: newId('evt') }));
    const journals = await journalCount(stage);
    await tell(...threeTimes(fresh));
    expect(await journalCount(stage)).toBe(journals + fresh.length);
  });

  test('changes nothing even when the inbox has forgotten it', async () => {
    const movements = told.map((tellOf) => tellOf({}));
    await tell(...movements);
    const books = await wholeBooks(stage);
    const items = await stage.query('SELECT * FROM books.item ORDER BY event_id');
    await stage.query('DELETE FROM books.inbox');
    await tell(...movements);
    expect(await stage.query('SELECT 1 FROM books.inbox')).toHaveLength(movements.length);
    expect(await wholeBooks(stage)).toEqual(books);
    expect(await stage.query('SELECT * FROM books.item ORDER BY event_id')).toEqual(items);
  });

  test('changes nothing when the broker died between the commit and the acknowledgement', async () => {
    const merchantId = newId('mer');
    const capture = paymentCaptured({ merchantId, amount: 700, terms: noFee });
    const gate = await stage.holdTable('books.journal');
    await stage.streams.publish('payments', capture);
    await until('the journal to wait at the gate', () => gate.isWaitedFor());
    await stage.nats.kill();
    gate.open();
    await until('the journal', async () => (await balancesOf(stage, merchantId)).length > 0);

    // What the relay does when it finds the stream anew.
    await stage.nats.wipe();
    await stage.nats.restart();
    await stage.streams.restore();
    await tell(capture);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_pending 700 EUR']);
  });
});

test('one event that cannot be posted does not hold up its neighbours', async () => {
  const merchantId = newId('mer');
  const good = Array.from({ length: 20 }, () => paymentCaptured({ merchantId, amount: 100, terms: noFee }));
  const bad = paymentCaptured({ merchantId, amount: 0, terms: noFee });
  await stage.streams.publish('payments', ...good.slice(0, 10), bad, ...good.slice(10));
  await until('the good ones', async () => (await balancesOf(stage, merchantId)).includes('merchant_pending 2000 EUR'));
  expect(await stage.query('SELECT 1 FROM books.journal WHERE event_id = $1', [uuidOf(bad.id as EventId)])).toEqual([]);
});
