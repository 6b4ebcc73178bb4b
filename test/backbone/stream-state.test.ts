import { AckPolicy, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streams, type EventSource } from '#contracts';
import { addConsumer, Broker, ensureDeadLetterStream, ensureStream, inspectStream } from '#messaging';
import { startNats, type TestNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const name = streams.payments.name;
/** Always above what is on the stream, so that room is wanted. */
const roomWanted = { comfortableBytes: 1 };
const missedTheBeginning = 'quittance-missed-the-beginning';

let nats: TestNats;
let broker: Broker;
let manager: JetStreamManager;

beforeEach(async () => {
  nats = await startNats();
  broker = new Broker({ url: nats.url, name: 'test' });
  manager = await broker.manager();
  await ensureStream(manager, 'payments');
});

afterEach(async () => {
  await broker.close();
  await nats.stop();
});

async function publish(count: number, type = 'payment.created'): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await broker.publish(`payments.v1.0.${type}`, '{}', crypto.randomUUID());
  }
}

async function comes(durable: string, filter = 'payments.v1.>'): Promise<void> {
  await addConsumer(manager, await manager.streams.info(name), wanted(durable, filter));
}

function wanted(durable: string, filter = 'payments.v1.>') {
  return { durable_name: durable, ack_policy: AckPolicy.Explicit, filter_subjects: [filter] };
}

async function handle(consumer: string, count: number): Promise<void> {
  const pulled = await (
    await jetstream(await broker.connected()).consumers.get(name, consumer)
  ).fetch({
    max_messages: count,
    expires: 1_000,
  });
  for await (const message of pulled) await message.ackAck();
}

async function firstKept(): Promise<number> {
  return (await manager.streams.info(name)).state.first_seq;
}

test('all streams fit together into the server that we start', async () => {
  for (const source of Object.keys(streams) as EventSource[]) await ensureStream(manager, source);
  await ensureDeadLetterStream(manager);
  const account = await manager.getAccountInfo();
  expect(account.streams).toBe(5);
});

test('a stream that another release makes in the same moment is taken as it is', async () => {
  const rival = { max_age: 3_600 * 1e9 };
  const beaten = Object.create(manager, {
    streams: {
      value: {
        info: (stream: string) => manager.streams.info(stream),
        add: async (config: { name: string; subjects: string[] }) => {
          await manager.streams.add({ ...config, ...rival });
          return manager.streams.add(config);
        },
      },
    },
  }) as JetStreamManager;
  expect(await ensureStream(beaten, 'fraud')).toMatchObject({ config: rival });
});

describe('room', () => {
  test('is made by removing what every consumer has handled', async () => {
    await comes('fast');
    await comes('slow');
    await publish(10);
    await handle('fast', 10);
    await handle('slow', 4);
    await inspectStream(manager, 'payments', roomWanted);
    expect(await firstKept()).toBe(5);
  });

  test('is not made while the stream is not large', async () => {
    await comes('only');
    await publish(10);
    await handle('only', 10);
    await inspectStream(manager, 'payments');
    expect(await firstKept()).toBe(1);
  });

  test('is not made of what somebody holds unacknowledged, even when later messages are handled', async () => {
    await comes('only');
    await publish(10);
    const consumer = await jetstream(await broker.connected()).consumers.get(name, 'only');
    for await (const message of await consumer.fetch({ max_messages: 10, expires: 1_000 })) {
      if (message.seq !== 3) await message.ackAck();
    }
    await inspectStream(manager, 'payments', roomWanted);
    expect(await firstKept()).toBe(3);
  });

  test('is made over messages that a filter leaves out', async () => {
    await comes('filtered', 'payments.v1.*.payment.captured');
    await publish(3, 'payment.captured');
    await publish(7);
    await handle('filtered', 3);
    await inspectStream(manager, 'payments', roomWanted);
    expect(await firstKept()).toBe(11);
  });

  test('is not made of a message that the server has not counted for its consumer yet', async () => {
    await comes('only');
    await publish(2);
    await handle('only', 1);
    const behind = Object.create(manager, {
      consumers: {
        value: {
          list: (stream: string) => manager.consumers.list(stream),
          info: async (...of: [string, string]) => ({ ...(await manager.consumers.info(...of)), num_pending: 0 }),
        },
      },
    }) as JetStreamManager;
    await inspectStream(behind, 'payments', roomWanted);
    expect(await firstKept()).toBe(2);
  });

  test('is made while a consumer comes: between the list of consumers and the purge', async () => {
    const before = await inspectStream(manager, 'payments');
    await publish(3);
    const meeting = Object.create(manager, {
      streams: {
        value: {
          info: (stream: string) => manager.streams.info(stream),
          getMessage: (...query: Parameters<typeof manager.streams.getMessage>) => manager.streams.getMessage(...query),
          purge: async (...what: Parameters<typeof manager.streams.purge>) => {
            await comes('newcomer');
            return manager.streams.purge(...what);
          },
        },
      },
    }) as JetStreamManager;
    const after = await inspectStream(meeting, 'payments', roomWanted);
    expect(await firstKept()).toBe(4);
    expect(after.generation.getTime()).toBeGreaterThan(before.generation.getTime());
    expect((await inspectStream(manager, 'payments')).generation).toEqual(after.generation);
  });

  test('is made while a consumer comes: between its look at the stream and its birth', async () => {
    const before = await inspectStream(manager, 'payments');
    await publish(3);
    const seen = await manager.streams.info(name);
    await inspectStream(manager, 'payments', roomWanted);
    expect(await firstKept()).toBe(4);
    await addConsumer(manager, seen, wanted('newcomer'));
    const after = await inspectStream(manager, 'payments');
    expect(after.generation.getTime()).toBeGreaterThan(before.generation.getTime());
  });
});

describe('the stream of the feed, which partners read', () => {
  const feed = streams.feed.name;

  async function tell(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await broker.publish('feed.v1.0.mer_1.payment.created', '{}', crypto.randomUUID());
    }
  }

  beforeEach(async () => {
    await ensureStream(manager, 'feed');
  });

  test('is not cleared for want of consumers of ours, nor of what all partners have read', async () => {
    await tell(3);
    await inspectStream(manager, 'feed', roomWanted);
    await manager.consumers.add(feed, { durable_name: 'partner', ack_policy: 'none', filter_subject: 'feed.v1.1.>' });
    await inspectStream(manager, 'feed', roomWanted);
    expect((await manager.streams.info(feed)).state).toMatchObject({ first_seq: 1, messages: 3 });
  });

  test('drops its oldest when it is full, so that a partner who is away stops nobody', async () => {
    await manager.consumers.add(feed, { durable_name: 'away', ack_policy: 'explicit' });
    await manager.streams.update(feed, { max_bytes: 1_024 });
    await tell(50);
    const { state } = await manager.streams.info(feed);
    expect(state.last_seq).toBe(50);
    expect(state.first_seq).toBeGreaterThan(1);
  });

  test('is of the same generation whatever a partner’s consumer says of itself', async () => {
    const before = await inspectStream(manager, 'feed');
    await tell(3);
    await manager.streams.purge(feed, { seq: 3 });
    await addConsumer(manager, await manager.streams.info(feed), wanted('partner', 'feed.v1.>'));
    expect((await manager.consumers.info(feed, 'partner')).config.metadata).toHaveProperty(missedTheBeginning);
    expect((await inspectStream(manager, 'feed')).generation).toEqual(before.generation);
  });
});

describe('the generation', () => {
  test('stays while nothing happens, and changes when the stream is made anew', async () => {
    const first = await inspectStream(manager, 'payments');
    expect(await inspectStream(manager, 'payments')).toEqual(first);
    await manager.streams.delete(name);
    // The server makes no stream of a name whose files it is still removing; a relay asks again, too.
    const second = await until('the stream to be made anew', () => inspectStream(manager, 'payments'));
    expect(second.generation).not.toEqual(first.generation);
  });

  test('stays when a consumer comes while the stream still has everything', async () => {
    const before = await inspectStream(manager, 'payments');
    await publish(3);
    await comes('early');
    expect((await inspectStream(manager, 'payments')).generation).toEqual(before.generation);
  });

  test('changes when a consumer comes that missed the beginning, once, and survives its updates', async () => {
    const before = await inspectStream(manager, 'payments');
    await publish(3);
    await manager.streams.purge(name, { seq: 3 });
    await comes('latecomer');
    const after = await inspectStream(manager, 'payments');
    expect(after.generation.getTime()).toBeGreaterThan(before.generation.getTime());
    await manager.consumers.update(name, 'latecomer', { max_ack_pending: 5 });
    expect((await inspectStream(manager, 'payments')).generation).toEqual(after.generation);
  });
});
