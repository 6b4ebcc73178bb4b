import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hints, type LoggedEvent } from '#contracts';
import { newId } from '../support/payment-events.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { feedLines, feedOf } from './feed.ts';
import { aPaymentStory, paymentsPart } from './payment-story.ts';
import { startWebhooks } from './webhooks-service.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set('webhooks', startWebhooks, []);
  await stage.enter();
  await stage.enter();
});

afterAll(() => stage.clear());

async function tell(...events: readonly LoggedEvent[]): Promise<void> {
  await stage.streams.publish('payments', ...events);
  await until('the payments to be handled', () => stage.streams.isDone('payments', 'webhooks'));
}

async function tellSettled(...events: readonly LoggedEvent[]): Promise<void> {
  await stage.streams.publish('settlement', ...events);
  await until('the settlements to be handled', () => stage.streams.isDone('settlement', 'webhooks'));
}

const wholeStory = ['1 payment.created', '2 payment.authorized', '3 payment.captured', '4 payment.settled'];

describe('a merchant is told', () => {
  test('what happens to its payments, numbered from 1, and nothing of what is inside', async () => {
    const story = aPaymentStory();
    await tell(...paymentsPart(story));
    await tellSettled(story.settled);
    expect(await feedLines(stage, story.merchantId)).toEqual(wholeStory);

    const [created, authorized, captured, settled] = await feedOf(stage, story.merchantId);
    expect(created?.data).toEqual({ payment: expect.objectContaining({ id: story.paymentId, status: 'PROCESSING' }) });
    expect(authorized?.data).toMatchObject({ attempt: { number: 1, acquirer: 'alpha' } });
    expect(captured?.data).toEqual({
      payment: expect.objectContaining({ status: 'CAPTURED', captured: 1_099 }),
      captureId: expect.stringMatching(/^cap_/),
      amount: 1_099,
      final: true,
      acquirer: 'alpha',
    });
    expect(settled?.data).toMatchObject({ paymentId: story.paymentId, net: 1_037, fee: 62, currency: 'EUR' });
    expect(JSON.stringify([created, captured])).not.toMatch(/tok_|terms|feeBasisPoints/);
  });

  test('and whoever waits for it gets a hint', async () => {
    const listener = await connect({ servers: stage.nats.url });
    const grown = new Set<string>();
    listener.subscribe(hints.feedGrew, { callback: (_, message) => void grown.add(message.string()) });
    await listener.flush();
    const story = aPaymentStory();
    await tell(story.created);
    await until('the hint', () => grown.has(story.merchantId));
    await listener.close();
  });
});

describe('in the order in which it happened', () => {
  test('version 3 before version 2 waits for it', async () => {
    const story = aPaymentStory();
    await stage.streams.publish('payments', story.authorized, story.created);
    await until('what can be told', async () => (await feedLines(stage, story.merchantId)).length > 0);
    expect(await feedLines(stage, story.merchantId)).toEqual(['1 payment.created']);
    await tell(story.assessed, story.captured);
    expect(await feedLines(stage, story.merchantId)).toEqual(wholeStory.slice(0, 3));
  });

  test('the settlement before the capture waits for it', async () => {
    const story = aPaymentStory();
    await stage.streams.publish('settlement', story.settled);
    await tell(...paymentsPart(story));
    await until('the rest', () => stage.streams.isDone('settlement', 'webhooks'));
    expect(await feedLines(stage, story.merchantId)).toEqual(wholeStory);
  });
});

describe('exactly once', () => {
  test('every message three times and in a muddle, to two processes: the same feed', async () => {
    const merchants = [newId('mer'), newId('mer'), newId('mer')] as const;
    const stories = Array.from({ length: 150 }, (_, index) => aPaymentStory(merchants[index % 3]));
    const events = stories.flatMap(paymentsPart);
    const muddle = [...events.toReversed(), ...events, ...events.filter((_, index) => index % 2 === 0), ...events];
    await tell(...muddle);
    await tellSettled(...stories.flatMap(({ settled }) => [settled, settled, settled]));

    for (const merchantId of merchants) {
      const feed = await feedOf(stage, merchantId);
      expect(feed.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      const told = Map.groupBy(feed, paymentOf);
      expect(told.size).toBe(50);
      for (const ofPayment of told.values()) {
        expect(ofPayment.map(({ type }) => type)).toEqual(wholeStory.map((line) => line.slice(2)));
      }
    }
  });

  test('two processes take turns at the merchant’s counter', async () => {
    const merchantId = newId('mer');
    await tell(aPaymentStory(merchantId).created);
    const gate = await stage.holdTable('feed.merchant_event');
    const more = Array.from({ length: 40 }, () => aPaymentStory(merchantId).created);
    await stage.streams.publish('payments', ...more);
    await until('the first to wait at the gate', () => gate.isWaitedFor());
    await until('the second to wait for its turn', async () => {
      const waiting = await stage.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`,
      );
      return waiting.length === 1;
    });
    gate.open();
    await until('all of them', async () => (await feedOf(stage, merchantId)).length === 41);
    const sequences = (await feedOf(stage, merchantId)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  });

  test('also when the inbox has forgotten it', async () => {
    const story = aPaymentStory();
    await tell(...paymentsPart(story));
    await stage.query('DELETE FROM feed.inbox');
    await tell(...paymentsPart(story));
    expect(await feedLines(stage, story.merchantId)).toEqual(wholeStory.slice(0, 3));
  });
});

function paymentOf({ data }: { readonly data: Record<string, unknown> }): unknown {
  const { payment, paymentId } = data as { payment?: { id: string }; paymentId?: string };
  return payment?.id ?? paymentId;
}
