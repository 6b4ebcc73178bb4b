import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { JetStreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streams, subjectOf, type LoggedEvent } from '#contracts';
import { Broker, ensureStream, fitStream, PagePublisher, streamBytesMaxDefault } from '#messaging';
import { startNats, type TestNats } from '../support/nats.ts';
import { messagesOf } from '../support/stream-messages.ts';

const stream = streams.payments.name;

let nats: TestNats;
let broker: Broker;
let connection: NatsConnection;
let manager: JetStreamManager;
let events: LoggedEvent[];

beforeEach(async () => {
  nats = await startNats();
  broker = new Broker({ url: nats.url, name: 'test' });
  connection = await broker.connected();
  manager = await broker.manager();
  events = Array.from({ length: 90 }, (_, index) => eventOf(`payment-${index % 5}`, index));
});

afterEach(async () => {
  await broker.close();
  await nats.stop();
});

function eventOf(aggregateId: string, index: number): LoggedEvent {
  return {
    seq: String(index),
    id: `evt-${aggregateId}-${index}`,
    merchantId: 'merchant',
    shard: 7,
    aggregateType: 'payment',
    aggregateId,
    aggregateVersion: index + 1,
    type: 'payment.changed',
    schemaVersion: 1,
    payload: '{}',
    traceparent: null,
    occurredAt: new Date(0),
  };
}

/** Publishes, and tells how many answers the server gave. */
async function publish(page: readonly LoggedEvent[], { known = 0n, takesBatches = true, over = connection } = {}) {
  const published: string[] = [];
  const publisher = new PagePublisher(over, takesBatches, {
    source: 'payments',
    published: ({ id }) => void published.push(id),
  });
  const before = connection.stats().inMsgs;
  const position = await publisher.publish(page, known);
  return { position, published, answers: connection.stats().inMsgs - before, publisher };
}

async function carried(): Promise<string[]> {
  return (await messagesOf(nats.url)).map(({ id }) => id);
}

async function carriedOf(aggregateId: string): Promise<string[]> {
  return (await carried()).filter((id) => id.startsWith(`evt-${aggregateId}-`));
}

const idsOf = (page: readonly LoggedEvent[]): string[] => page.map(({ id }) => id);

describe('a stream of this release', () => {
  beforeEach(async () => {
    await ensureStream(manager, 'payments');
  });

  describe('a page of many', () => {
    test('is one batch with one answer, in its order', async () => {
      const { position, published, answers } = await publish(events);
      expect({ position, answers }).toEqual({ position: { last: 90n, wentBackwards: false }, answers: 1 });
      expect(published).toEqual(idsOf(events));
      expect(await carried()).toEqual(idsOf(events));
    });

    test('is one batch too when few events follow upon each other, since one by one they would wait for each other', async () => {
      const ofOne = events.slice(0, 12).map((_, index) => eventOf('payment-0', index));
      expect((await publish(ofOne)).answers).toBe(1);
      expect((await publish(events.slice(0, 50).filter(({ id }) => !id.includes('payment-0')))).answers).toBe(40);
    });

    test('with an event that is on the stream already is refused whole, and goes event by event: each once', async () => {
      await publish(events.slice(43, 44));
      const { position, published, answers } = await publish(events, { known: 1n });
      expect({ position, answers }).toEqual({ position: { last: 90n, wentBackwards: false }, answers: 91 });
      expect(published).toHaveLength(89);
      expect(await carried()).toHaveLength(90);
      expect(await carriedOf('payment-1')).toEqual(idsOf(events).filter((id) => id.startsWith('evt-payment-1-')));
    });

    test('of which the answer was lost is not there twice when it comes again', async () => {
      const deaf = new Proxy(connection, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (property !== 'request') return typeof value === 'function' ? value.bind(target) : value;
          return async (...request: Parameters<NatsConnection['request']>) => {
            await target.request(...request);
            throw new Error('no acknowledgement in time');
          };
        },
      });
      await expect(publish(events, { over: deaf })).rejects.toThrow('no acknowledgement');
      const { published } = await publish(events);
      expect(published).toEqual([]);
      expect(await carried()).toEqual(idsOf(events));
    });

    test('that was never committed leaves nothing, and holds up nobody', async () => {
      const begun = headers();
      begun.set('Nats-Batch-Id', 'of-a-relay-that-died');
      begun.set('Nats-Batch-Sequence', '1');
      const [first] = events;
      connection.publish(subjectOf('payments', first ?? eventOf('none', 0)), 'never', { headers: begun });
      await publish(events);
      expect(await carried()).toEqual(idsOf(events));
    });

    test('tells when the stream has lost its end since', async () => {
      const { position } = await publish(events, { known: 50n });
      expect(position).toEqual({ last: 90n, wentBackwards: true });
    });

    test('that finds the stream full goes as far as there is room, and says so', async () => {
      await manager.streams.update(stream, { max_bytes: 8_000 });
      await expect(publish(events)).rejects.toThrow('maximum bytes exceeded');
      expect((await carried()).length).toBeGreaterThan(5);
    });
  });
});

describe('a stream of an earlier release', () => {
  beforeEach(async () => {
    await manager.streams.add({ name: stream, subjects: [...streams.payments.subjects] });
  });

  test('is asked for a batch once, and everything goes event by event', async () => {
    const { publisher, answers } = await publish(events);
    expect(answers).toBe(91);
    expect(await carried()).toHaveLength(90);
    const before = connection.stats().inMsgs;
    await publisher.publish(
      Array.from({ length: 90 }, (_, index) => eventOf('payment-9', index)),
      90n,
    );
    expect(connection.stats().inMsgs - before).toBe(90);
  });

  test('allows batches once it is fitted to this one', async () => {
    expect(await fitStream(manager, 'payments', streamBytesMaxDefault)).toBe(true);
    expect((await publish(events)).answers).toBe(1);
  });
});
