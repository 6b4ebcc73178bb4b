import { describe, expect, it } from 'vitest';
import { uuidOf } from '#domain';
import type { Clock } from '#domain';
import { RandomIds, SystemClock } from '#security';

const start = Date.UTC(2026, 10, 20, 12);

/** Shows the times in turn and stays at the last one. */
function clockShowing(...unixMs: number[]): Clock {
  const [last = start] = unixMs.slice(-1);
  return { now: () => new Date(unixMs.shift() ?? last) };
}

const timeOf = (id: `${string}_${string}`) => Number.parseInt(uuidOf(id).replace('-', '').slice(0, 12), 16);

describe('ids', () => {
  it('carry their prefix, version 7 and the time of the clock', () => {
    const ids = new RandomIds(clockShowing(start, start + 1));
    const [first, second] = [ids.next('pay'), ids.next('evt')];
    expect(first).toMatch(/^pay_0[0-9a-z]{25}$/);
    expect(second).toMatch(/^evt_0[0-9a-z]{25}$/);
    expect(uuidOf(first)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([timeOf(first), timeOf(second)]).toEqual([start, start + 1]);
  });

  it('rise within a millisecond without leaving it', () => {
    const ids = new RandomIds(clockShowing(start));
    const made = Array.from({ length: 5_000 }, () => ids.next('evt'));
    expect(new Set(made).size).toBe(5_000);
    expect(made).toEqual(made.toSorted());
    expect(made.every((id) => timeOf(id) === start)).toBe(true);
  });

  it('rise while the clock goes backwards', () => {
    const ids = new RandomIds(clockShowing(start, start - 1, start - 60_000, start, start + 1));
    const made = Array.from({ length: 5 }, () => ids.next('evt'));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(5);
    expect(made.map(timeOf)).toEqual([start, start, start, start, start + 1]);
  });

  it('borrow the next millisecond when chance would have it that one is used up', () => {
    // The highest chance that there is: the counter begins at half and takes the largest steps, of which 8 192 fit.
    const ids = new RandomIds(clockShowing(start), (bytes) => bytes.fill(0xff));
    const made = Array.from({ length: 20_000 }, () => ids.next('evt'));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(20_000);
    expect([...new Set(made.map(timeOf))]).toEqual([start, start + 1, start + 2]);
    expect(made.every((id) => uuidOf(id)[14] === '7' && '89ab'.includes(uuidOf(id).charAt(19)))).toBe(true);
  });

  it('rise even when chance is all zeros', () => {
    const ids = new RandomIds(clockShowing(start), (bytes) => bytes.fill(0));
    const made = Array.from({ length: 1_000 }, () => ids.next('evt'));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(1_000);
  });

  it('of two processes in the same millisecond never meet, and a step cannot be guessed', () => {
    const [one, other] = [new RandomIds(clockShowing(start)), new RandomIds(clockShowing(start))];
    const made = Array.from({ length: 2_000 }, () => [one.next('evt'), other.next('evt')]).flat();
    expect(new Set(made).size).toBe(4_000);

    const counters = Array.from({ length: 1_000 }, () => BigInt(`0x${uuidOf(one.next('evt')).slice(24)}`));
    const steps = counters.slice(1).map((counter, index) => (counter - (counters[index] ?? 0n)) & (2n ** 48n - 1n));
    expect(new Set(steps).size).toBe(steps.length);
  });

  it('ask for chance in bulk', () => {
    let fills = 0;
    const ids = new RandomIds(clockShowing(start), (bytes) => {
      fills += 1;
      bytes.fill(7);
    });
    for (let made = 0; made < 600; made += 1) ids.next('evt');
    expect(fills).toBe(1);
  });

  it('take their time from the machine in production', () => {
    const before = Date.now();
    const now = new SystemClock().now().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
