import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidOf } from '#domain';
import { until } from '../support/until.ts';
import { Delivering } from './delivering.ts';
import { feedLines } from './feed.ts';
import { aPaymentStory, paymentsPart } from './payment-story.ts';
import { answering } from './receiver.ts';

let delivering: Delivering;

beforeAll(async () => {
  delivering = await Delivering.begin();
  await delivering.enter();
});

afterAll(() => delivering.end());

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('a delivery', () => {
  test('is signed so that standardwebhooks and svix verify it, and a changed one they do not', async () => {
    const endpoint = await delivering.endpoint();
    const eventId = await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    const [received] = delivering.receiver.at(endpoint.path);
    expect(received?.headers).toMatchObject({ 'webhook-id': eventId, 'content-type': 'application/json' });
    const { headers = {}, body = '' } = received ?? {};
    expect(new StandardWebhook(endpoint.secret).verify(body, headers)).toMatchObject({ id: eventId });
    new SvixWebhook(endpoint.secret).verify(body, headers);

    const forged = body.replace('payment.created', 'payment.settled');
    expect(() => new StandardWebhook(endpoint.secret).verify(forged, headers)).toThrow();
    expect(() => new SvixWebhook(endpoint.secret).verify(forged, headers)).toThrow();
  });

  test('says which event, when, its number in the feed and what happened', async () => {
    const endpoint = await delivering.endpoint();
    const { created, paymentId } = aPaymentStory(endpoint.merchantId);
    await delivering.stage.streams.publish('payments', created);
    await delivering.attempted(endpoint, 1);
    const [received] = delivering.receiver.at(endpoint.path);
    expect(JSON.parse(received?.body ?? '')).toEqual({
      id: created.id,
      type: 'payment.created',
      timestamp: created.occurredAt.toISOString(),
      sequence: 1,
      data: { payment: expect.objectContaining({ id: paymentId }) },
    });
  });

  test('goes to every endpoint that asked for the type, and to no other', async () => {
    const all = await delivering.endpoint();
    const { merchantId } = all;
    const captures = await delivering.endpoint({ merchantId, eventTypes: ['payment.captured'] });
    const refunds = await delivering.endpoint({ merchantId, eventTypes: ['payment.refunded', 'payment.voided'] });
    const stranger = await delivering.endpoint();
    await delivering.stage.streams.publish('payments', ...paymentsPart(aPaymentStory(merchantId)));
    await until('all of them', () => delivering.receiver.at(all.path).length === 3);
    await until('the capture', () => delivering.receiver.at(captures.path).length === 1);
    expect(JSON.parse(delivering.receiver.at(captures.path)[0]?.body ?? '')).toMatchObject({
      type: 'payment.captured',
    });
    expect(await delivering.deliveries(refunds)).toEqual([]);
    expect(await delivering.deliveries(stranger)).toEqual([]);
  });
});

describe('what a receiver answers', () => {
  test('2xx is success, whatever it says beside', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, (response) => response.writeHead(299).end('x'.repeat(1_000_000)));
    await delivering.happen(endpoint.merchantId);
    const delivery = await delivering.attempted(endpoint, 1);
    expect(delivery).toMatchObject({ status: 'delivered', next_attempt_at: null });
    expect(delivery.attempts).toEqual([expect.objectContaining({ number: 1, response_status: 299, error: null })]);
  });

  test('410: the endpoint is disabled, and what waited for it is cancelled', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(500));
    await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    delivering.receiver.behave(endpoint.path, answering(410));
    await delivering.happen(endpoint.merchantId);
    await until('the end', async () => (await delivering.endpointRow(endpoint)).status === 'disabled');
    const statuses = (await delivering.deliveries(endpoint)).map(({ status }) => status);
    expect(statuses).toEqual(['cancelled', 'cancelled']);

    await delivering.happen(endpoint.merchantId);
    await until('the event', async () => (await feedLines(delivering.stage, endpoint.merchantId)).length === 3);
    expect(await delivering.deliveries(endpoint)).toHaveLength(2);
  });

  test.each([
    [429, '7200', 2 * hour, 'as long as it asks'],
    [503, '7200', 2 * hour, 'as long as it asks'],
    [503, '2', 5 * second, 'but not less than our own pause'],
    [503, '31536000', day, 'but not for a year'],
    [400, '7200', 5 * second, 'but only of 429 and 5xx'],
    [503, 'tomorrow', 5 * second, 'but only when it is readable'],
  ])('%i with Retry-After %s is waited for, %#', async (status, retryAfter, pauseMs) => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(status, { 'retry-after': retryAfter }));
    await delivering.happen(endpoint.merchantId);
    const delivery = await delivering.attempted(endpoint, 1);
    expectPause(delivery, pauseMs);
  });

  test('a pause that one delivery was asked for holds for all deliveries of the endpoint', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(429, { 'retry-after': '600' }));
    await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    await delivering.happen(endpoint.merchantId);
    await until('the second', async () => (await delivering.deliveries(endpoint)).length === 2);
    const other = await delivering.endpoint();
    await delivering.happen(other.merchantId);
    await delivering.attempted(other, 1);
    expect(delivering.receiver.at(endpoint.path)).toHaveLength(1);
    delivering.receiver.behave(endpoint.path, answering(204));
    await delivering.advance(11 * minute);
    await until('both', async () =>
      (await delivering.deliveries(endpoint)).every(({ status }) => status === 'delivered'),
    );
  });

  test('a redirect is not followed', async () => {
    const endpoint = await delivering.endpoint();
    const elsewhere = `${endpoint.path}/elsewhere`;
    delivering.receiver.behave(endpoint.path, answering(307, { location: delivering.receiver.urlOf(elsewhere) }));
    await delivering.happen(endpoint.merchantId);
    const delivery = await delivering.attempted(endpoint, 1);
    expect(delivery.attempts).toEqual([
      expect.objectContaining({ response_status: 307, error: 'redirects are not followed' }),
    ]);
    expect(delivery.status).toBe('pending');
    expect(delivering.receiver.at(elsewhere)).toEqual([]);
  });

  test('nobody is there', async () => {
    const created = await delivering.endpoint();
    await delivering.stage.query(`UPDATE feed.endpoint SET url = 'http://127.0.0.1:9/' WHERE merchant_id = $1`, [
      uuidOf(created.merchantId),
    ]);
    await delivering.happen(created.merchantId);
    const { attempts } = await delivering.attempted(created, 1);
    expect(attempts).toEqual([expect.objectContaining({ response_status: null, error: 'the connection was refused' })]);
  });
});

describe('the schedule', () => {
  test('ten attempts over three days, then it is given up', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(500));
    const eventId = await delivering.happen(endpoint.merchantId);
    const delays = [
      5 * second,
      5 * minute,
      30 * minute,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
    ];
    for (const [index, delayMs] of delays.entries()) {
      expectPause(await delivering.attempted(endpoint, index + 1), delayMs);
      await delivering.advance(delayMs * 1.1);
    }
    const delivery = await delivering.attempted(endpoint, 10);
    expect(delivery).toMatchObject({ status: 'exhausted', next_attempt_at: null });
    expect(delivery.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const received = delivering.receiver.at(endpoint.path);
    expect(received).toHaveLength(10);
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    expect(await delivering.endpointRow(endpoint)).toMatchObject({ status: 'enabled' });
  });

  test('an endpoint that has taken nothing for five days is disabled', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(500));
    await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    await delivering.advance(4 * day + 23 * hour);
    await delivering.attempted(endpoint, 2);
    expect(await delivering.endpointRow(endpoint)).toMatchObject({ status: 'enabled' });
    await delivering.advance(2 * hour);
    await until('the end', async () => (await delivering.endpointRow(endpoint)).status === 'disabled_by_failures');
    expect(await delivering.deliveries(endpoint)).toMatchObject([{ status: 'cancelled' }]);
  });

  test('one success, and the five days begin again', async () => {
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(500));
    await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    expect((await delivering.endpointRow(endpoint)).failing_since).not.toBeNull();
    delivering.receiver.behave(endpoint.path, answering(200));
    await delivering.advance(6 * second);
    await delivering.attempted(endpoint, 2);
    expect(await delivering.endpointRow(endpoint)).toEqual({ status: 'enabled', failing_since: null });
  });
});

function expectPause(delivery: { attempts: readonly { at: Date }[]; next_attempt_at: Date | null }, ms: number): void {
  const last = new Date(delivery.attempts.at(-1)?.at ?? 0).getTime();
  const pauseMs = (delivery.next_attempt_at?.getTime() ?? 0) - last;
  // ±10 %, and the time between the attempt's begin and its record.
  expect(pauseMs).toBeGreaterThanOrEqual(ms * 0.9);
  expect(pauseMs).toBeLessThanOrEqual(ms * 1.1 + 2 * second);
}
