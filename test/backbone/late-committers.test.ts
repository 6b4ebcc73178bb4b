// Traffic and faults take their time by design; nothing is awaited by it.
// oxlint-disable-next-line house/no-sleep-in-tests
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '#observability';
import { EventWindow, sqlOf } from '#persistence';
import { runProgram, type ConsoleProgram } from '../support/console-program.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startNats, type TestNats } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { messagesOf } from '../support/stream-messages.ts';
import { compareWithLog, type Carried } from './support/carried.ts';
import { connectedTo } from './support/connected.ts';
import { startMortalRelay, type MortalRelay } from './support/mortal-relay.ts';
import { PaymentTraffic } from './support/payment-traffic.ts';
import { seqCursorLog } from './support/seq-cursor-log.ts';

const perSecond = 500;
const payments = 300;
/** A tenth of production's, so that the seconds of a test see many take-overs. */
const leaseMs = 300;
const deathsPerMessage = 0.005;
const logger = createLogger({ service: 'test', level: 'silent' });

let database: TestDatabase;
let nats: TestNats;
let owner: DataSource;
let window: EventWindow;

beforeEach(async () => {
  [database, nats] = await Promise.all([createDatabase(), startNats()]);
  owner = await connectedTo(database.ownerUrl, { poolSize: 40 });
  window = new EventWindow(owner);
});

afterEach(async () => {
  await owner.destroy();
  await Promise.all([database.drop(), nats.stop()]);
});

/** What the stream holds when the relays say that they have published everything. */
async function carried(): Promise<Carried> {
  await until('the backlog to be published', async () => (await window.backlog(1)).unpublished === 0);
  return compareWithLog(sqlOf(owner), await messagesOf(nats.url));
}

function report(what: string, { events }: Carried, deaths: number, forMs: number): void {
  console.info(`${what}: ${events} events, ${Math.round((events * 1_000) / forMs)}/s, ${deaths} deaths`);
}

/** Two relays at a time, each of which dies with this probability per message, in the middle of a page. */
async function relaysThatDie(forMs: number): Promise<{ deaths: number; survivors: MortalRelay[] }> {
  const end = performance.now() + forMs;
  let deaths = 0;
  const live = async (): Promise<MortalRelay> => {
    for (;;) {
      const relay = startMortalRelay({
        ...{ log: window, natsUrl: nats.url, owner: `relay-${crypto.randomUUID()}`, logger, leaseMs },
        published: () => {
          if (performance.now() < end && Math.random() < deathsPerMessage) relay.die();
        },
      });
      await Promise.race([relay.dead, pause(Math.max(0, end - performance.now()))]);
      if (performance.now() >= end) return relay;
      deaths += 1;
    }
  };
  const survivors = await Promise.all([live(), live()]);
  return { deaths, survivors };
}

test('late committers, two relays, each abandoned at random: nothing lost, nothing out of order', async () => {
  const forMs = 6_000;
  const traffic = await PaymentTraffic.open(owner, { payments });
  const [{ deaths, survivors }] = await Promise.all([relaysThatDie(forMs), traffic.flow(perSecond, forMs)]);
  const result = await carried();
  await Promise.all(survivors.map((relay) => relay.stop()));
  report('abandoned relays', result, deaths, forMs);
  expect(result).toMatchObject({ lost: [], reordered: [] });
  expect(result.events).toBeGreaterThan((perSecond * forMs) / 1_000 / 2);
  // How many there are in the time depends on the machine; that there are some is what the test is about.
  expect(deaths).toBeGreaterThanOrEqual(2);
});

test('late committers, two relay processes, killed −9 and frozen at random: the same', async () => {
  const forMs = 6_000;
  const traffic = await PaymentTraffic.open(owner, { payments });
  const [{ deaths, survivors }] = await Promise.all([processesThatDie(forMs), traffic.flow(perSecond, forMs)]);
  const result = await carried();
  await Promise.all(survivors.map(kill));
  report('killed relay processes', result, deaths, forMs);
  expect(result).toMatchObject({ lost: [], reordered: [] });
  expect(deaths).toBeGreaterThanOrEqual(1);
});

test('late committers and a cursor over seq: loses events, so the two tests above could fail', async () => {
  const traffic = await PaymentTraffic.open(owner, { payments });
  const relay = startMortalRelay({ log: seqCursorLog(window), natsUrl: nats.url, owner: 'naive', logger });
  await traffic.flow(perSecond, 1_500);
  await until('the last event to be published', async () => {
    const newest = await sqlOf(owner).query<{ seq: bigint }>('SELECT max(seq) AS seq FROM event');
    const cursor = await sqlOf(owner).query<{ seq: bigint }>('SELECT after_seq AS seq FROM relay_cursor');
    return newest[0]?.seq === cursor[0]?.seq;
  });
  await relay.stop();
  const result = await compareWithLog(sqlOf(owner), await messagesOf(nats.url));
  expect(result.lost.length).toBeGreaterThan(0);
});

/** Two processes at a time, each of which is killed at random, and frozen for longer than its lease now and then. */
async function processesThatDie(forMs: number): Promise<{ deaths: number; survivors: ConsoleProgram[] }> {
  const program = fileURLToPath(new URL('support/relay.process.ts', import.meta.url));
  const start = async (dying: boolean): Promise<ConsoleProgram> => {
    const chance = dying ? deathsPerMessage : 0;
    const args = ['--conditions=source', program, database.ownerUrl, nats.url, String(leaseMs), String(chance)];
    const relay = runProgram(process.execPath, args);
    await relay.printed('relaying').catch(() => undefined);
    return relay;
  };
  const end = performance.now() + forMs;
  let deaths = 0;
  const live = async (): Promise<ConsoleProgram> => {
    while (performance.now() < end) {
      const relay = await start(true);
      const freezing = freezeNowAndThen(relay, end);
      await Promise.race([relay.exit, pause(Math.max(0, end - performance.now()))]);
      await kill(relay);
      await freezing;
      deaths += 1;
    }
    return start(false);
  };
  const survivors = await Promise.all([live(), live()]);
  return { deaths, survivors };
}

/** It wakes up in the middle of a page that the other one has published meanwhile. */
async function freezeNowAndThen(relay: ConsoleProgram, end: number): Promise<void> {
  let alive = true;
  void relay.exit.then(() => (alive = false));
  while (alive && performance.now() < end) {
    await pause(Math.random() * 1_000);
    if (alive) relay.signal('SIGSTOP');
    await pause(leaseMs * 1.5);
    if (alive) relay.signal('SIGCONT');
  }
}

async function kill(relay: ConsoleProgram): Promise<void> {
  relay.signal('SIGKILL');
  await relay.exit;
}
