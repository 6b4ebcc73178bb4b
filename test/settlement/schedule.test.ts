import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoggedEvent, SettlementEventData } from '#contracts';
import { uuidOf } from '#domain';
import { settlementEnvironment } from '../../apps/settlement/src/settlement.config.ts';
import { newId, paymentCaptured } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { balancesOf, journalCount } from './books.ts';
import { startSettlement } from './settlement-service.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set('settlement', startSettlement, ['settlement']);
});

afterAll(() => stage.clear());

const noFee = { feeBasisPoints: 0, feeFixed: 0, riskLimit: 100_000, riskFloor: 5_000 };

describe('the schedule', () => {
  test('closes at each cut-off of the clock what happened before it', async () => {
    const service = await stage.enter({ SETTLEMENT_CUTOFF_SECONDS: '1' });
    const merchantId = newId('mer');
    await stage.streams.publish('payments', paymentCaptured({ merchantId, amount: 900, terms: noFee }));
    const [settled] = await stage.streams.hear<SettlementEventData<'payment.settled'>>(
      'settlement.v1.payment.settled',
      1,
    );
    expect(settled).toMatchObject({ merchantid: merchantId, data: { net: 900 } });

    const rows = await stage.query<{ aligned: boolean; before: boolean; after: boolean }>(
      `SELECT cutoff_at = date_trunc('second', cutoff_at) AS aligned, occurred_at < cutoff_at AS before,
         closed_at >= cutoff_at AS after
       FROM books.batch JOIN books.item ON item.batch_id = batch.id WHERE batch.merchant_id = $1`,
      [uuidOf(merchantId)],
    );
    expect(rows).toEqual([{ aligned: true, before: true, after: true }]);
    await stage.leave(service);
  });

  test('makes up for cut-offs that were missed, as soon as the service is back', async () => {
    const merchantId = newId('mer');
    // While this one is there, there is no cut-off: the last one of the week was before the capture.
    const before = await stage.enter({ SETTLEMENT_CUTOFF_SECONDS: '604800' });
    // The next one is too far away to wait for. A prime, so that its cut-offs hardly ever fall on one of the week's.
    const cutoffSeconds = 97;
    const missed = Math.floor(Date.now() / 1_000 / cutoffSeconds) * cutoffSeconds * 1_000;
    const at = new Date(missed - 1);
    await stage.streams.publish('payments', paymentCaptured({ merchantId, amount: 900, terms: noFee, at }));
    await until('the journal', async () => (await balancesOf(stage, merchantId)).length > 0);
    await stage.leave(before);
    expect(await balancesOf(stage, merchantId)).toEqual(['merchant_pending 900 EUR']);

    const back = await stage.enter({ SETTLEMENT_CUTOFF_SECONDS: String(cutoffSeconds) });
    await until('the batch', async () => (await balancesOf(stage, merchantId)).includes('merchant_available 900 EUR'));
    await stage.leave(back);
  });

  test('goes on with the others when one account cannot be closed', async () => {
    const [stuck, others] = [newId('mer'), [newId('mer'), newId('mer'), newId('mer')]];
    await stage.query(
      `ALTER TABLE books.batch ADD CONSTRAINT batch_of_stuck CHECK (merchant_id <> '${uuidOf(stuck)}')`,
    );
    const service = await stage.enter({ SETTLEMENT_CUTOFF_SECONDS: '1' });
    const all = [stuck, ...others];
    const captures = all.map((merchantId) => paymentCaptured({ merchantId, amount: 50, terms: noFee }));
    await stage.streams.publish('payments', ...captures);
    for (const merchantId of others) {
      await until('their batch', async () =>
        (await balancesOf(stage, merchantId)).includes('merchant_available 50 EUR'),
      );
    }
    expect(await balancesOf(stage, stuck)).toEqual(['merchant_pending 50 EUR']);

    await stage.query('ALTER TABLE books.batch DROP CONSTRAINT batch_of_stuck');
    await until('the batch', async () => (await balancesOf(stage, stuck)).includes('merchant_available 50 EUR'));
    await stage.leave(service);
  });

  test('folds the balances behind the postings', async () => {
    const service = await stage.enter();
    await stage.streams.publish('payments', paymentCaptured({ amount: 31, terms: noFee, currency: 'SEK' }));
    await until('the folded balance', async () => {
      const folded = await stage.query(`SELECT 1 FROM books.folded_balance WHERE currency = 'SEK' AND credit = 31`);
      return folded.length === 1;
    });
    await stage.leave(service);
  });
});

describe('a service that is told to end', () => {
  test('finishes and answers what it has in hand, and the next one goes on from there', async () => {
    const captures: LoggedEvent[] = Array.from({ length: 2_000 }, () => paymentCaptured());
    await until('everything before', async () => stage.streams.isDone('payments', 'settlement'));
    const journals = await journalCount(stage);
    await stage.streams.publish('payments', ...captures);

    const gate = await stage.holdTable('books.journal');
    const ending = await stage.enter();
    await until('the first batch to wait at the gate', () => gate.isWaitedFor());
    const ended = stage.leave(ending);
    gate.open();
    await ended;
    const handled = (await journalCount(stage)) - journals;
    expect(handled).toBeGreaterThan(0);
    expect(handled).toBeLessThan(captures.length);
    // What is committed has been acknowledged: the broker has exactly the rest to deliver.
    expect(await stage.streams.remaining('payments', 'settlement')).toBe(captures.length - handled);

    const next = await stage.enter();
    await until('the rest', async () => (await journalCount(stage)) === journals + captures.length, {
      deadlineMs: 45_000,
    });
    await stage.leave(next);
  }, 60_000);
});

describe('the cut-off', () => {
  const variables = { DATABASE_URL: 'postgresql://x@localhost/x', NATS_URL: 'nats://localhost:1', PORT: '1' };

  test('is a day unless the environment says otherwise', () => {
    expect(settlementEnvironment.parse(variables).SETTLEMENT_CUTOFF_SECONDS).toBe(86_400);
    const every5 = settlementEnvironment.parse({ ...variables, SETTLEMENT_CUTOFF_SECONDS: '5' });
    expect(every5.SETTLEMENT_CUTOFF_SECONDS).toBe(5);
  });

  test.each(['0', '-5', '0.5', 'daily', '604801'])('is not %s', (seconds) => {
    const parsed = settlementEnvironment.safeParse({ ...variables, SETTLEMENT_CUTOFF_SECONDS: seconds });
    expect(parsed.error?.issues[0]?.path).toEqual(['SETTLEMENT_CUTOFF_SECONDS']);
  });
});
