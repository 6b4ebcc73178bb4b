import { expect, test } from 'vitest';
import { createLogger } from '#observability';
import { Reaper } from '#runtime';
import { deferred } from '../support/until.ts';

const now = new Date('2026-11-21T12:00:00Z');
const hourMs = 3_600_000;

class OldThings extends Reaper {
  constructor(forget: (horizon: Date, limit: number) => Promise<number>) {
    const clock = { now: () => now };
    super(
      { what: 'old things', keptMs: hourMs, everyMs: hourMs, forget },
      clock,
      createLogger({ service: 'test', level: 'silent' }),
    );
  }
}

test('rows are forgotten bite by bite until one is not full', async () => {
  const bites = [1_000, 1_000, 7];
  const horizons: Date[] = [];
  const reaper = new OldThings(async (horizon) => {
    horizons.push(horizon);
    return bites.shift() ?? 0;
  });
  expect(await reaper.reap()).toBe(2_007);
  expect(horizons).toEqual(Array.from({ length: 3 }, () => new Date('2026-11-21T11:00:00Z')));
});

test('a fault ends the turn and is not thrown', async () => {
  const reaper = new OldThings(() => Promise.reject(new Error('the database is away')));
  expect(await reaper.reap()).toBe(0);
});

test('the end of the service waits for the bite at hand and no longer', async () => {
  const begun = deferred();
  const bite = deferred<number>();
  const bites = [bite.promise, Promise.resolve(1_000), Promise.resolve(0)];
  const reaper = new OldThings(async () => {
    begun.resolve();
    return (await bites.shift()) ?? 0;
  });
  const order: string[] = [];
  const reaped = reaper.reap().finally(() => order.push('forgotten'));
  await begun.promise;
  const ended = reaper.beforeApplicationShutdown().then(() => order.push('ended'));
  bite.resolve(1_000);
  await ended;
  expect(await reaped).toBe(1_000);
  expect(order).toEqual(['forgotten', 'ended']);
  expect(bites).toHaveLength(2);
});
