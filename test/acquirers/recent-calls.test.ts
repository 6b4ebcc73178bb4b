import { CircuitState } from 'cockatiel';
import { describe, expect, test } from 'vitest';
import { RecentCalls } from '../../apps/orchestrator/src/acquirers/recent-calls.ts';

const limits = { windowMs: 2_000, callsMin: 10, failureShareMax: 0.5 };

/** A window of two seconds whose time the test tells. */
function window(): { recent: RecentCalls; passes: (ms: number) => void; fails: (times: number) => boolean[] } {
  let nowMs = 1_000_000;
  const recent = new RecentCalls(limits, () => nowMs);
  return {
    recent,
    passes: (ms) => void (nowMs += ms),
    fails: (times) => Array.from({ length: times }, () => recent.failure(CircuitState.Closed)),
  };
}

function succeeds(recent: RecentCalls, times: number): void {
  for (let time = 0; time < times; time += 1) recent.success(CircuitState.Closed);
}

describe('opens', () => {
  test('at the tenth call when all have failed, not at the ninth', () => {
    expect(window().fails(10)).toEqual([...Array<boolean>(9).fill(false), true]);
  });

  test('when more than half have failed, not when half have', () => {
    const { recent, fails } = window();
    succeeds(recent, 20);
    expect(fails(21)).toEqual([...Array<boolean>(20).fill(false), true]);
  });

  test('at a hang after much success, because what was before has left the window although nobody called meanwhile', () => {
    const { recent, passes, fails } = window();
    succeeds(recent, 10_000);
    passes(2_000);
    expect(fails(10).at(-1)).toBe(true);
  });

  test('not yet when half of the window still knows of successes', () => {
    const { recent, passes, fails } = window();
    succeeds(recent, 100);
    passes(1_000);
    expect(fails(100)).not.toContain(true);
  });
});

test('a probe that fails is enough', () => {
  expect(window().recent.failure(CircuitState.HalfOpen)).toBe(true);
});

test('when the probes have succeeded, nothing of before is held against the acquirer', () => {
  const { recent, fails } = window();
  fails(9);
  recent.success(CircuitState.HalfOpen);
  expect(recent.counts()).toEqual({ succeeded: 1, failed: 0 });
});
