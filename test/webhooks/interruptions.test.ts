import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoggedEvent } from '#contracts';
import { newId } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { Delivering, type KnownEndpoint } from './delivering.ts';
import { aPaymentStory } from './payment-story.ts';
import { answering } from './receiver.ts';

let delivering: Delivering;

beforeEach(async () => {
  delivering = await Delivering.begin();
});

afterEach(() => delivering.end());

const second = 1_000;

function created(endpoint: KnownEndpoint, count: number): LoggedEvent[] {
  return Array.from({ length: count }, () => aPaymentStory(endpoint.merchantId).created);
}

describe('several processes', () => {
  test('deliver each event once, and each takes its part', async () => {
    await delivering.enter();
    await delivering.enter();
    const endpoints = [await delivering.endpoint(), await delivering.endpoint(), await delivering.endpoint()];
    const events = endpoints.flatMap((endpoint) => created(endpoint, 100));
    await delivering.stage.streams.publish('payments', ...events);
    await until('all of them', async () => {
      const delivered = await delivering.stage.query(`SELECT FROM feed.delivery WHERE status = 'delivered'`);
      return delivered.length === events.length;
    });
    const ids = endpoints.flatMap(({ path }) => delivering.receiver.at(path).map(idOfWebhook));
    expect(ids.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  });
});

describe('an endpoint that is dead', () => {
  test('delays no other, nor do thirty that have died just now', async () => {
    await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '20000' });
    const merchantId = newId('mer');
    const dead = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => delivering.endpoint(index === 0 ? { merchantId } : {})),
    );
    for (const { path } of dead) delivering.receiver.behave(path, () => undefined);
    for (const endpoint of dead) await delivering.stage.streams.publish('payments', ...created(endpoint, 20));
    await until('the dead to be asked', () => dead.every(({ path }) => delivering.receiver.at(path).length > 0));

    const good = await delivering.endpoint({ merchantId });
    const alsoGood = await delivering.endpoint();
    await delivering.stage.streams.publish('payments', ...created(good, 20), ...created(alsoGood, 20));
    await until('the good ones', () =>
      [good, alsoGood].every(({ path }) => delivering.receiver.at(path).length === 20),
    );
    // All of the dead are still being waited for.
    expect(await delivering.stage.query('SELECT FROM feed.delivery_attempt WHERE error IS NOT NULL')).toEqual([]);
  });

  test('and that is known to fail holds one request and no more', async () => {
    await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '20000' });
    const dead = await delivering.endpoint();
    delivering.receiver.behave(dead.path, answering(500));
    await delivering.happen(dead.merchantId);
    await delivering.attempted(dead, 1);
    delivering.receiver.behave(dead.path, () => undefined);
    await delivering.stage.streams.publish('payments', ...created(dead, 50));
    await until('a request', () => delivering.receiver.at(dead.path).length === 2);
    const good = await delivering.endpoint();
    await delivering.happen(good.merchantId);
    await delivering.attempted(good, 1);
    expect(delivering.receiver.at(dead.path)).toHaveLength(2);
  });
});

describe('a receiver that', () => {
  test('gives no answer: the attempt ends after its time-out, and is made again', async () => {
    await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '1000' });
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, () => undefined);
    await delivering.happen(endpoint.merchantId);
    const delivery = await delivering.attempted(endpoint, 1);
    expect(delivery.attempts).toEqual([
      expect.objectContaining({ response_status: null, error: 'no answer within 1000 ms' }),
    ]);
    expect(delivery.attempts[0]?.duration_ms).toBeGreaterThanOrEqual(990);
    delivering.receiver.behave(endpoint.path, answering(200));
    await delivering.advance(6 * second);
    expect(await delivering.attempted(endpoint, 2)).toMatchObject({ status: 'delivered' });
  });
});

describe('whoever dies between the answer and its record', () => {
  test('leaves a delivery that is made again under the same webhook-id when its lease is over', async () => {
    await delivering.enter();
    const endpoint = await delivering.endpoint();
    const gate = await delivering.stage.holdTable('feed.delivery_attempt');
    const eventId = await delivering.happen(endpoint.merchantId);
    await until('the record to wait at the gate', () => gate.isWaitedFor());
    expect(delivering.receiver.at(endpoint.path)).toHaveLength(1);
    await delivering.stage.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE relation = 'feed.delivery_attempt'::regclass AND NOT granted`,
    );
    gate.open();

    // Nobody touches it before: the process that holds the lease may still be at work.
    await delivering.advance(50 * second);
    const other = await delivering.endpoint();
    await delivering.happen(other.merchantId);
    await delivering.attempted(other, 1);
    expect(delivering.receiver.at(endpoint.path)).toHaveLength(1);

    await delivering.advance(15 * second);
    expect(await delivering.attempted(endpoint, 1)).toMatchObject({ status: 'delivered' });
    expect(delivering.receiver.at(endpoint.path).map(idOfWebhook)).toEqual([eventId, eventId]);
  });

  test('and comes back to life too late changes nothing', async () => {
    await delivering.enter();
    const endpoint = await delivering.endpoint();
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let requests = 0;
    delivering.receiver.behave(endpoint.path, (response) => {
      const answer = answers[requests === 0 ? 0 : 1];
      const status = requests === 0 ? 500 : 204;
      requests += 1;
      void answer.promise.then(() => response.writeHead(status).end());
    });
    await delivering.happen(endpoint.merchantId);
    await until('the first request', () => requests === 1);
    await delivering.advance(61 * second);
    await until('the second request', () => requests === 2);
    answers[1].resolve();
    expect(await delivering.attempted(endpoint, 1)).toMatchObject({ status: 'delivered' });
    answers[0].resolve();
    const other = await delivering.endpoint();
    await delivering.happen(other.merchantId);
    await delivering.attempted(other, 1);
    const [delivery] = await delivering.deliveries(endpoint);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: [{ number: 1, response_status: 204 }] });
  });
});

describe('a service that is told to end', () => {
  test('waits for the answers that are on their way', async () => {
    const service = await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '10000' });
    const endpoint = await delivering.endpoint();
    const answer = Promise.withResolvers<void>();
    delivering.receiver.behave(endpoint.path, (response) => void answer.promise.then(() => response.end()));
    await delivering.happen(endpoint.merchantId);
    await until('the request', () => delivering.receiver.at(endpoint.path).length === 1);
    const ended = delivering.stage.leave(service);
    answer.resolve();
    await ended;
    expect(await delivering.deliveries(endpoint)).toMatchObject([{ status: 'delivered' }]);
  });

  test('does not wait for one that is silent, and another process sends again at once', async () => {
    const service = await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '20000' });
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, () => undefined);
    await delivering.happen(endpoint.merchantId);
    await until('the request', () => delivering.receiver.at(endpoint.path).length === 1);
    const beganMs = performance.now();
    await delivering.stage.leave(service);
    expect(performance.now() - beganMs).toBeLessThan(9 * second);
    expect(await delivering.deliveries(endpoint)).toMatchObject([{ status: 'pending', attempts: [] }]);

    delivering.receiver.behave(endpoint.path, answering(204));
    await delivering.enter();
    expect(await delivering.attempted(endpoint, 1)).toMatchObject({ status: 'delivered' });
  });
});

describe('an endpoint that is deleted', () => {
  test('gets nothing more, whatever was waiting or on its way', async () => {
    await delivering.enter({ WEBHOOKS_TIMEOUT_MS: '10000' });
    const endpoint = await delivering.endpoint();
    delivering.receiver.behave(endpoint.path, answering(500));
    await delivering.happen(endpoint.merchantId);
    await delivering.attempted(endpoint, 1);
    const answer = Promise.withResolvers<void>();
    delivering.receiver.behave(endpoint.path, (response) => void answer.promise.then(() => response.end()));
    await delivering.happen(endpoint.merchantId);
    await until('the request', () => delivering.receiver.at(endpoint.path).length === 2);
    expect(await delivering.delete(endpoint.merchantId, endpoint.id)).toMatchObject({ ok: true });
    answer.resolve();
    await until('the record of the attempt', async () => {
      const rows = await delivering.deliveries(endpoint);
      return rows.every(({ attempts }) => attempts.length === 1);
    });
    expect(await delivering.deliveries(endpoint)).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
    await delivering.happen(endpoint.merchantId);
    await until('the event', () => delivering.stage.streams.isDone('payments', 'webhooks'));
    expect(await delivering.deliveries(endpoint)).toHaveLength(2);
  });
});

function idOfWebhook({ headers }: { readonly headers: Readonly<Record<string, string>> }): string | undefined {
  return headers['webhook-id'];
}
