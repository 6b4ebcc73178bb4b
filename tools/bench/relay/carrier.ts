import { DeliverPolicy, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import { tell } from '../figures/progress.ts';
import { until } from '../../processes/until.ts';

/** Something that brings what was committed to a stream. */
export interface Carrier {
  readonly name: string;
  readonly stream: string;
  /** Commits so many at once, for it to carry. */
  seed(amount: number): Promise<void>;
  /** Commits one under this UUID; gives when that was done, in ms since 1970. */
  commit(id: string): Promise<number>;
  /** Under which message id what was committed comes to the stream. */
  messageIdOf(id: string): string;
  /** Whether some of what is committed may never come, which a run has to survive. */
  readonly mayLose?: boolean;
  stop(): Promise<void>;
}

/** One that carries nothing for this long has died. */
const carriedWithinMs = 120_000;
/** What has not come by then, while nothing else came either, does not come. */
const lostAfterMs = 5_000;

/** Messages a second, from the first of the backlog to its last by the broker's clock. */
export async function backlogRate(broker: NatsConnection, carrier: Carrier, amount: number): Promise<number> {
  const manager = await jetstreamManager(broker);
  const before = await lastPosition(manager, carrier.stream);
  await carrier.seed(amount);
  const carried = amount - (await carriedTo(manager, carrier, before + amount));
  const [first, last] = await Promise.all([
    manager.streams.getMessage(carrier.stream, { seq: before + 1 }),
    manager.streams.getMessage(carrier.stream, { seq: before + carried }),
  ]);
  if (first === null || last === null) throw new Error(`${carrier.stream} has lost what ${carrier.name} carried`);
  const perSecond = ((carried - 1) / (last.time.getTime() - first.time.getTime())) * 1_000;
  tell(carrier.name, perSecond, 'events/s');
  return perSecond;
}

/**
 * How long each took from its commit until the broker had stored it, in ms and ascending order, when they are committed one by
 * one and evenly. Both clocks are this machine's; one that was stored before its commit was answered took 0.
 */
export async function delaysAt(
  broker: NatsConnection,
  carrier: Carrier,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number[]> {
  const manager = await jetstreamManager(broker);
  const before = await lastPosition(manager, carrier.stream);
  const storedAt = await listen(broker, carrier.stream);
  const began = performance.now();
  const commits: Promise<readonly [id: string, at: number]>[] = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const early = began + (number * 1_000) / perSecond - performance.now();
    if (early > 0) await pause(early);
    const id = crypto.randomUUID();
    const committed = carrier.commit(id).then((at) => [id, at] as const);
    // Heard of in the end: a failure that nobody waits for yet would end the bench and leave its servers behind.
    committed.catch(() => undefined);
    commits.push(committed);
  }
  const committed = await Promise.all(commits);
  const lost = await carriedTo(manager, carrier, before + committed.length);
  const stored = await storedAt.stop(committed.length - lost);
  const delays = committed.map(([id, at]) => Math.max(0, (stored.get(carrier.messageIdOf(id)) ?? Number.NaN) - at));
  return delays.filter((delay) => !Number.isNaN(delay)).sort((a, b) => a - b);
}

async function lastPosition(manager: JetStreamManager, stream: string): Promise<number> {
  return (await manager.streams.info(stream)).state.last_seq;
}

/** Gives how many did not come. */
async function carriedTo(manager: JetStreamManager, carrier: Carrier, position: number): Promise<number> {
  let last = { position: 0, at: performance.now() };
  await until(
    async () => {
      const now = await lastPosition(manager, carrier.stream);
      if (now > last.position) last = { position: now, at: performance.now() };
      return now >= position || (carrier.mayLose === true && performance.now() - last.at > lostAfterMs);
    },
    { what: `${carrier.name} to have carried everything`, deadlineMs: carriedWithinMs, everyMs: 100 },
  );
  const lost = Math.max(0, position - last.position);
  if (lost > 0) tell(`${carrier.name} lost`, lost, 'events');
  return lost;
}

/** When the broker stored each message from now on, by message id. */
async function listen(broker: NatsConnection, stream: string) {
  const consumer = await jetstream(broker).consumers.get(stream, { deliver_policy: DeliverPolicy.New });
  const messages = await consumer.consume({ max_messages: 5_000 });
  const storedAt = new Map<string, number>();
  const reading = (async () => {
    for await (const { headers, info } of messages) {
      storedAt.set(headers?.get('Nats-Msg-Id') ?? '', info.timestampNanos / 1e6);
    }
  })();
  return {
    async stop(expected: number): Promise<ReadonlyMap<string, number>> {
      await until(() => storedAt.size >= expected, { what: 'all to be heard of', deadlineMs: 10_000 });
      messages.stop();
      await reading;
      return storedAt;
    },
  };
}
