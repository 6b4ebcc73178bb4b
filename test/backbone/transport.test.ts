import type { ConsumerInfo } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { streams, type EventEnvelope, type LoggedEvent } from '#contracts';
import type { Id, PaymentId } from '#domain';
import { Broker, EventTooEarly } from '#messaging';
import { DatabaseFault, sqlOf, type Sql } from '#persistence';
import type { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { EventStreams } from '../support/event-streams.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { newId, paymentCaptured, paymentCreated } from '../support/payment-events.ts';
import { deferred, until } from '../support/until.ts';
import { connectedTo } from './support/connected.ts';
import { Consumer, consumerName, type ConsumerOptions } from './support/consumer.ts';

let database: TestDatabase;
let owner: DataSource;
let sql: Sql;
let nats: TestNats;
let said: EventStreams;
let consumers: Consumer[];
/** Looks at streams and consumers beside those that work with them. */
let operator: Broker;

beforeAll(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = await connectedTo(database.ownerUrl);
  operator = new Broker({ url: nats.url, name: 'operator' });
  sql = sqlOf(owner);
  await sql.query('CREATE TABLE effect (n serial, event text, detail text)');
  await sql.query('GRANT ALL ON effect, effect_n_seq TO quittance_orchestrator');
});

beforeEach(async () => {
  said = await EventStreams.open(nats.url);
  consumers = [];
});

afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close()));
  const manager = await operator.manager();
  for (const { name } of [...Object.values(streams), { name: 'DEAD_LETTERS' }]) {
    await manager.streams.delete(name).catch(() => undefined);
  }
  await said.close();
  await sql.query('TRUNCATE effect, inbox, dead_letter');
});

afterAll(async () => {
  await operator.close();
  await owner.destroy();
  await Promise.all([database.drop(), nats.stop()]);
});

async function enter(options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
  const consumer = await Consumer.open({
    databaseUrl: database.urlFor('orchestrator'),
    natsUrl: nats.url,
    ...options,
  });
  consumers.push(consumer);
  return consumer;
}

async function note(tx: { sql: Sql }, event: EventEnvelope, detail = ''): Promise<void> {
  await tx.sql.query('INSERT INTO effect (event, detail) VALUES ($1, $2)', [event.id, detail]);
}

/** The ids of the events that had an effect, in the order of their effects. */
async function effects(): Promise<string[]> {
  return (await sql.query<{ event: string }>('SELECT event FROM effect ORDER BY n')).map((row) => row.event);
}

async function settled(events: readonly LoggedEvent[], what = 'every event to be answered'): Promise<void> {
  await until(what, async () => (await effects()).length >= events.length && said.isDone('payments', consumerName));
}

function created(count: number): LoggedEvent[] {
  return Array.from({ length: count }, () => paymentCreated());
}

const idsOf = (events: readonly LoggedEvent[]): string[] => events.map((event) => event.id);

describe('exactly one effect', () => {
  test('of an event that is delivered three times', async () => {
    const consumer = await enter();
    await consumer.on('payments.v1.payment.created', (event, tx) => note(tx, event)).listen();
    const event = paymentCreated();
    await said.publish('payments', event, event, event);
    await settled([event]);
    expect(await effects()).toEqual([event.id]);
  });

  test('of events that two processes of one service share', async () => {
    const taken = [0, 0];
    for (const process of [0, 1]) {
      const consumer = await enter();
      await consumer
        .on('payments.v1.payment.created', async (event, tx) => {
          taken[process] = (taken[process] ?? 0) + 1;
          await note(tx, event);
        })
        .listen();
    }
    const events = created(400);
    await said.publish('payments', ...events);
    await settled(events);
    expect((await effects()).toSorted()).toEqual(idsOf(events).toSorted());
    expect(taken.every((count) => count > 0)).toBe(true);
  });

  test('when the process dies between its commit and its acknowledgement', async () => {
    const dying = await enter({ server: { ackWaitMs: 1_000 } });
    const event = paymentCreated();
    let deliveries = 0;
    const handle = async (delivered: EventEnvelope, tx: { sql: Sql }): Promise<void> => {
      deliveries += 1;
      await note(tx, delivered);
    };
    const connection = await dying.broker.connected();
    await dying
      .on('payments.v1.payment.created', async (delivered, tx) => {
        await handle(delivered, tx);
        tx.afterCommit(() => void connection.close());
      })
      .listen();
    await said.publish('payments', event);
    await until('the commit', async () => (await effects()).length === 1);
    const next = await enter({ server: { ackWaitMs: 1_000 } });
    await next.on('payments.v1.payment.created', handle).listen();
    await until('the second delivery', () => said.isDone('payments', consumerName));
    expect(await effects()).toEqual([event.id]);
    expect(deliveries).toBe(1);
  });

  test('is acknowledged only after its commit: a killed transaction comes again', async () => {
    const consumer = await enter();
    let tries = 0;
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        await note(tx, event);
        tries += 1;
        if (tries === 1) {
          const [session] = await tx.sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          await sql.query('SELECT pg_terminate_backend($1)', [session?.pid]);
        }
      })
      .listen();
    const event = paymentCreated();
    await said.publish('payments', event);
    await settled([event]);
    expect(tries).toBe(2);
    expect(await effects()).toEqual([event.id]);
  });
});

describe('order and concurrency', () => {
  test('serial within a payment, whichever handlers its events go to; others meanwhile', async () => {
    const slow = deferred();
    const begun: string[] = [];
    const paymentId = newId('pay');
    const consumer = await enter();
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        begun.push(event.id);
        if (event.subject === paymentId) await slow.promise;
        await note(tx, event);
      })
      .on('payments.v1.payment.captured', async (event, tx) => {
        begun.push(event.id);
        await note(tx, event);
      })
      .listen();
    const first = paymentCreated({ paymentId });
    const second = paymentCaptured({ paymentId, version: 2 });
    const other = paymentCreated();
    await said.publish('payments', first);
    await said.publish('payments', second);
    await said.publish('payments', other);
    await until('the other payment', async () => (await effects()).length === 1);
    // The two are under way side by side, so either may have begun first; the second of the payment has not.
    expect(new Set(begun)).toEqual(new Set([first.id, other.id]));
    slow.resolve();
    await settled([first, second, other]);
    expect(await effects()).toEqual([other.id, first.id, second.id]);
  });

  test('as many side by side as the service allows, and no more', async () => {
    const allIn = deferred();
    let inHand = 0;
    let inHandMost = 0;
    const consumer = await enter({ server: { concurrency: 4 } });
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        inHand += 1;
        inHandMost = Math.max(inHandMost, inHand);
        if (inHand === 4) allIn.resolve();
        await allIn.promise;
        await note(tx, event);
        inHand -= 1;
      })
      .listen();
    const events = created(40);
    await said.publish('payments', ...events);
    await settled(events);
    expect(inHandMost).toBe(4);
  });

  test.each([
    { handlers: 'one by one', concurrency: 2, readAhead: 8 * 2, inHand: 2 },
    { handlers: 'in batches', concurrency: 2, readAhead: 20, inHand: 2 * 20 },
  ])('a slow handler holds back the pull: $handlers, no more than $readAhead are read ahead', async (bound) => {
    const slow = deferred();
    const consumer = await enter({ server: { concurrency: bound.concurrency } });
    if (bound.handlers === 'in batches') {
      consumer.onBatch('payments.v1.payment.created', 20, async (batch, tx) => {
        await slow.promise;
        for (const event of batch) await note(tx, event);
      });
    } else {
      consumer.on('payments.v1.payment.created', async (event, tx) => {
        await slow.promise;
        await note(tx, event);
      });
    }
    await consumer.listen();
    const events = created(500);
    await said.publish('payments', ...events);
    const held = async (): Promise<number> => (await consumerInfo()).num_ack_pending;
    await until('the read-ahead to be full', async () => (await held()) >= bound.readAhead);
    // One more has been taken from the pull and waits for its place.
    expect(await held()).toBeLessThanOrEqual(bound.readAhead + bound.inHand + 1);
    slow.resolve();
    await settled(events);
  });

  test('a slow handler takes only what it finishes: nothing is delivered again because it lay too long', async () => {
    const consumer = await enter({ server: { concurrency: 2, ackWaitMs: 2_000 } });
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        await tx.sql.query('SELECT pg_sleep(0.05)');
        await note(tx, event);
      })
      .listen();
    // Five seconds of work; two hundred and fifty-six read ahead would lie for longer than the broker waits.
    const events = created(200);
    await said.publish('payments', ...events);
    await settled(events);
    expect((await consumerInfo()).delivered.consumer_seq).toBe(events.length);
  });

  test('an event that came too early waits for the gap to close', async () => {
    const versions = new Map<string, number>();
    const consumer = await enter();
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        const last = versions.get(event.subject) ?? 0;
        if (event.aggregateversion > last + 1) throw new EventTooEarly(`misses ${last + 1}`);
        tx.afterCommit(() => versions.set(event.subject, event.aggregateversion));
        await note(tx, event, String(event.aggregateversion));
      })
      .listen();
    const paymentId: PaymentId = newId('pay');
    const [one, two, three] = [1, 2, 3].map((version) => paymentCreated({ paymentId, version }));
    await said.publish('payments', three as LoggedEvent);
    await said.publish('payments', two as LoggedEvent);
    await until('both to have been refused', async () => (await consumerInfo()).num_redelivered === 2);
    await said.publish('payments', one as LoggedEvent);
    await settled([1, 2, 3] as never);
    expect(await sql.query('SELECT detail FROM effect ORDER BY n')).toEqual([
      { detail: '1' },
      { detail: '2' },
      { detail: '3' },
    ]);
  });
});

describe('handlers that fail', () => {
  test('a few times: it is tried again, and others go on meanwhile', async () => {
    const consumer = await enter();
    const tries = new Map<string, number>();
    const [bad, ...good] = created(20);
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        const count = (tries.get(event.id) ?? 0) + 1;
        tries.set(event.id, count);
        await note(tx, event);
        if (event.id === bad?.id && count < 4) throw new Error('a bug on some days');
      })
      .listen();
    await said.publish('payments', bad as LoggedEvent, ...good);
    await settled([bad as LoggedEvent, ...good]);
    expect(tries.get(bad?.id ?? '')).toBe(4);
    expect((await effects()).toSorted()).toEqual(idsOf([bad as LoggedEvent, ...good]).toSorted());
  });

  test('always: the message is parked after ten times, seen, replayed; others go on meanwhile', async () => {
    const consumer = await enter();
    let repaired = false;
    let tries = 0;
    const [poison, ...sound] = created(20);
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        await note(tx, event);
        if (event.id !== poison?.id || repaired) return;
        tries += 1;
        throw new Error('cannot read this card');
      })
      .listen();
    await said.publish('payments', poison as LoggedEvent, ...sound);
    await settled(sound);
    expect(tries).toBe(10);
    const [letter, ...more] = await consumer.letters.list('orchestrator');
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      eventId: poison?.id,
      error: 'Error: cannot read this card',
      deliveries: 10,
      replayedAt: null,
    });
    expect(await messagesOn('DEAD_LETTERS')).toBe(1);

    repaired = true;
    await consumer.letters.replay('orchestrator', letter?.id as Id<'dlt'>, consumer.broker);
    await settled([poison as LoggedEvent, ...sound]);
    expect(await effects()).toContain(poison?.id);
    expect(await consumer.letters.list('orchestrator')).toEqual([
      expect.objectContaining({ id: letter?.id, replayedAt: expect.any(String) }),
    ]);
  });

  test('waiting for a gap that never closes: it is parked in the end', async () => {
    const consumer = await enter();
    await consumer.on('payments.v1.payment.created', () => Promise.reject(new EventTooEarly('misses 1'))).listen();
    const event = paymentCreated({ version: 2 });
    await said.publish('payments', event);
    const [letter] = await until('the letter', async () => {
      const letters = await consumer.letters.list('orchestrator');
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({ eventId: event.id, error: 'EventTooEarly: misses 1', deliveries: 100 });
  });

  test.each([
    ['no JSON', 'not { json'],
    ['no envelope', '{"hello":"world"}'],
    ['data that its schema refuses', null],
  ])('what cannot be read is parked at once, without a try: %s', async (_, payload) => {
    const consumer = await enter();
    let tries = 0;
    await consumer
      .on('payments.v1.payment.created', async () => {
        tries += 1;
      })
      .listen();
    if (payload === null) await said.publish('payments', { ...paymentCreated(), payload: '{"payment":"gone"}' });
    else await consumer.broker.publish('payments.v1.0.payment.created', payload, crypto.randomUUID());
    const [letter] = await until('the letter', async () => {
      const letters = await consumer.letters.list('orchestrator');
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({
      deliveries: 1,
      subject: expect.stringMatching(/^payments\.v1\.\d+\.payment\.created$/),
    });
    await until('the acknowledgement', () => said.isDone('payments', consumerName));
    expect(tries).toBe(0);
  });
});

describe('batches', () => {
  test('one transaction for many; one bad event among two hundred fails alone', async () => {
    const transactions = new Set<string>();
    const gate = deferred();
    const consumer = await enter();
    const [bad, ...good] = created(200);
    await consumer
      .onBatch('payments.v1.payment.created', 200, async (events, tx) => {
        await gate.promise;
        const [row] = await tx.sql.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
        for (const event of events) await note(tx, event, row?.xid);
        if (events.some((event) => event.id === bad?.id)) throw new Error('one of them is bad');
        if (events.length > 1) transactions.add(row?.xid ?? '');
      })
      .listen();
    const last = created(250);
    await said.publish('payments', ...good.slice(0, 100), bad as LoggedEvent, ...good.slice(100));
    gate.resolve();
    await settled(good, 'all but the bad one');
    await until('the bad one to be parked', async () => (await consumer.letters.list('orchestrator')).length === 1);
    expect((await effects()).toSorted()).toEqual(idsOf(good).toSorted());
    await said.publish('payments', ...last);
    await settled([...good, ...last]);
    const [counted] = await sql.query<{ transactions: bigint }>(
      'SELECT count(DISTINCT detail) AS transactions FROM effect WHERE event = ANY ($1)',
      [idsOf(last)],
    );
    expect(Number(counted?.transactions)).toBeLessThan(50);
    expect(transactions.size).toBeGreaterThan(0);
  });

  test('one event twice in a batch has one effect', async () => {
    const gate = deferred();
    const consumer = await enter();
    await consumer
      .onBatch('payments.v1.payment.created', 10, async (events, tx) => {
        await gate.promise;
        for (const event of events) await note(tx, event);
      })
      .listen();
    const [first, twice] = created(2);
    await said.publish('payments', first as LoggedEvent, twice as LoggedEvent, twice as LoggedEvent);
    gate.resolve();
    await settled([first as LoggedEvent, twice as LoggedEvent]);
    expect((await effects()).toSorted()).toEqual(idsOf([first as LoggedEvent, twice as LoggedEvent]).toSorted());
  });

  test('a handler that asks for a pause gets nothing before it is over; what it had is committed and answered', async () => {
    const over = deferred();
    const batches: string[][] = [];
    const consumer = await enter();
    await consumer
      .onBatch('payments.v1.payment.created', 10, async (events, tx, context) => {
        batches.push(events.map((event) => event.id));
        for (const event of events) await note(tx, event);
        if (batches.length === 1) context.pauseAfterwards(() => over.promise);
      })
      .listen();
    const [first, second] = created(2) as [LoggedEvent, LoggedEvent];
    await said.publish('payments', first);
    await settled([first]);
    await said.publish('payments', second);
    await until('the second to be delivered', async () => (await consumerInfo()).num_ack_pending === 1);
    expect(batches).toEqual([[first.id]]);
    over.resolve();
    await settled([first, second]);
    expect(batches).toEqual([[first.id], [second.id]]);
  });
});

describe('what handlers need is away', () => {
  test('for long: nothing is parked, nothing is given back, and it goes on when it is there again', async () => {
    let away = true;
    let tries = 0;
    const consumer = await enter();
    await consumer
      .on('payments.v1.payment.created', async (event, tx) => {
        tries += 1;
        if (away) throw new DatabaseFault('the database is away', { retryable: true, cause: undefined });
        await note(tx, event);
      })
      .listen();
    const events = created(10);
    await said.publish('payments', ...events);
    await until('each in hand to have been tried again and again', () => tries > 24);
    expect((await consumerInfo()).num_redelivered).toBe(0);
    away = false;
    await settled(events);
    expect(await consumer.letters.list('orchestrator')).toEqual([]);
  });
});

describe('ending', () => {
  test('what was begun is finished and acknowledged', async () => {
    const begun = deferred();
    const finish = deferred();
    const leaving = await enter();
    await leaving
      .on('payments.v1.payment.created', async (event, tx) => {
        begun.resolve();
        await finish.promise;
        await note(tx, event);
      })
      .listen();
    const event = paymentCreated();
    await said.publish('payments', event);
    await begun.promise;
    const left = leaving.close();
    await until('the pull to end', async () => (await consumerInfo()).num_waiting === 0);
    // Still there for the acknowledgement of what is in hand.
    expect(await leaving.broker.isReachable()).toBe(true);
    finish.resolve();
    await left;
    consumers.length = 0;
    expect(await effects()).toEqual([event.id]);
    await until('the acknowledgement', () => said.isDone('payments', consumerName));
  });

  test('what was only read is for another process at once', async () => {
    const begun = deferred();
    const finish = deferred();
    let started = 0;
    const leaving = await enter({ server: { concurrency: 2 } });
    await leaving
      .on('payments.v1.payment.created', async (event, tx) => {
        started += 1;
        if (started === 2) begun.resolve();
        await finish.promise;
        await note(tx, event, 'leaving');
      })
      .listen();
    const events = created(50);
    await said.publish('payments', ...events);
    await begun.promise;
    const left = leaving.close();
    finish.resolve();
    await left;
    consumers.length = 0;
    const staying = await enter();
    await staying.on('payments.v1.payment.created', (event, tx) => note(tx, event, 'staying')).listen();
    // Sooner than the broker would notice by itself that nobody answers.
    const deadlineMs = 8_000;
    await until('the rest', async () => (await effects()).length === 50, { deadlineMs });
    const [finished] = await sql.query<{ count: bigint }>("SELECT count(*) FROM effect WHERE detail = 'leaving'");
    expect(Number(finished?.count)).toBe(started);
    expect(started).toBeLessThan(50);
  });

  test('while the database is away: gives back what it cannot finish, and ends', async () => {
    const tried = deferred();
    const consumer = await enter();
    await consumer
      .on('payments.v1.payment.created', async () => {
        tried.resolve();
        throw new DatabaseFault('the database is away', { retryable: true, cause: undefined });
      })
      .listen();
    await said.publish('payments', ...created(3));
    await tried.promise;
    await consumer.close();
    consumers.length = 0;
  });
});

describe('refused at the start, because it would lose events in silence', () => {
  const nothing = async (): Promise<void> => undefined;

  test('two methods for one event', async () => {
    const consumer = await enter();
    consumer.on('payments.v1.payment.created', nothing).on('payments.v1.payment.created', nothing);
    await expect(consumer.listen()).rejects.toThrow('Two methods listen to payments.v1.payment.created');
  });

  test('patterns that meet', async () => {
    const consumer = await enter();
    consumer.on('payments.v1.payment.created', nothing).on('payments.v1.>', nothing);
    await expect(consumer.listen()).rejects.toThrow('payments.v1.payment.created and payments.v1.> meet');
  });

  test.each(['payments.v1.payment.create', 'payments.v1.payment.*', 'payments.v2.payment.created', 'payments.>'])(
    'a pattern that no event has: %s',
    async (pattern) => {
      const consumer = await enter();
      consumer.on(pattern, nothing);
      await expect(consumer.listen()).rejects.toThrow(`No event is called ${pattern}`);
    },
  );

  test('a source that nobody is', async () => {
    const consumer = await enter();
    consumer.on('weather.v1.rain.started', nothing);
    await expect(consumer.listen()).rejects.toThrow('No stream carries weather.v1.rain.started');
  });

  test.each([0, -1, 1.5, 5_000])('a batch of %d', async (batch) => {
    const consumer = await enter();
    consumer.onBatch('payments.v1.payment.created', batch, nothing);
    await expect(consumer.listen()).rejects.toThrow('has to be between 1 and 1000 events');
  });
});

async function consumerInfo(): Promise<ConsumerInfo> {
  return (await operator.manager()).consumers.info(streams.payments.name, consumerName);
}

async function messagesOn(stream: string): Promise<number> {
  return (await (await operator.manager()).streams.info(stream)).state.messages;
}
