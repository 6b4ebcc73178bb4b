import { beforeEach, describe, expect, test } from 'vitest';
import { IntakeGate, type IntakePressure } from '../../apps/api/src/use-cases/intake-gate.ts';

const bounds = { backlogAgeMsMax: 60_000, backlogEventsMax: 300_000, queueWaitMsMax: 3_000 };
const calm: IntakePressure = { backlogAgeMs: 20, backlogEvents: 12, queueWaitMs: 3 };

let nowMs: number;
let chance: number;
let gate: IntakeGate;

beforeEach(() => {
  nowMs = 0;
  chance = 0;
  gate = new IntakeGate(bounds, { now: () => new Date(nowMs) }, () => chance);
});

/** Whether new payments are turned away after each look. */
const turnedAway = (looks: readonly Partial<IntakePressure>[]): boolean[] =>
  looks.map((look) => {
    gate.judge({ ...calm, ...look });
    return gate.refusal() !== undefined;
  });

describe('the gate closes at the second look above a bound', () => {
  test.each([
    ['backlog_age', { backlogAgeMs: 60_001 }],
    ['backlog_events', { backlogEvents: 300_001 }],
    ['queue_wait', { queueWaitMs: 3_001 }],
  ])('%s', (reason, above) => {
    expect(turnedAway([above, above])).toEqual([false, true]);
    expect(gate.refusal()).toMatchObject({ reason, retryable: true });
  });

  test('and not at the bound itself', () => {
    const at = { backlogAgeMs: 60_000, backlogEvents: 300_000, queueWaitMs: 3_000 };
    expect(turnedAway([at, at, at])).toEqual([false, false, false]);
  });

  test('and not when a hiccup is over at the next look', () => {
    const above = { queueWaitMs: 5_000 };
    expect(turnedAway([above, {}, above, {}, above, {}])).not.toContain(true);
  });
});

describe('it opens', () => {
  test('at half the bound, so that it does not open and close all the time', () => {
    const looks = [70_000, 70_000, 59_000, 61_000, 31_000, 30_001, 30_000, 59_000];
    expect(turnedAway(looks.map((backlogAgeMs) => ({ backlogAgeMs })))).toEqual([
      false,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('when everything is below, not only what closed it', () => {
    const slow = { queueWaitMs: 4_000 };
    expect(turnedAway([slow, slow, { backlogEvents: 200_000 }, {}])).toEqual([false, true, true, false]);
  });
});

describe('who is turned away is told when to come back', () => {
  beforeEach(() => turnedAway([{ queueWaitMs: 4_000 }, { queueWaitMs: 4_000 }]));

  test.each([
    ['after a second at first', 0, 0, 1_000],
    ['after as long as it has lasted', 8_000, 0, 8_000],
    ['after half a minute at most', 600_000, 0, 30_000],
    ['each a little later than the others', 8_000, 0.5, 9_000],
  ])('%s', (_, lastedMs, luck, retryAfterMs) => {
    nowMs += lastedMs;
    chance = luck;
    expect(gate.refusal()?.retryAfterMs).toBe(retryAfterMs);
  });
});
