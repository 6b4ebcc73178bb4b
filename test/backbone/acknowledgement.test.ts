import { describe, expect, test } from 'vitest';
import { acknowledgementOf, type HandlingOutcome } from '#messaging';

const error = new Error('why');
const failed: HandlingOutcome = { kind: 'failed', unavailable: false, error };
const unavailable: HandlingOutcome = { kind: 'failed', unavailable: true, error };
const tooEarly: HandlingOutcome = { kind: 'too_early', error };

test.each<[outcome: HandlingOutcome, failures: number, answer: string]>([
  [{ kind: 'handled' }, 0, 'ack'],
  [{ kind: 'duplicate' }, 0, 'ack'],
  [{ kind: 'unreadable', error }, 1, 'park'],
  [failed, 1, 'retry in 100 ms'],
  [failed, 2, 'retry in 250 ms'],
  [failed, 3, 'retry in 500 ms'],
  [failed, 4, 'retry in 1000 ms'],
  [failed, 5, 'retry in 2500 ms'],
  [failed, 6, 'retry in 5000 ms'],
  [failed, 7, 'retry in 15000 ms'],
  [failed, 8, 'retry in 30000 ms'],
  [failed, 9, 'retry in 60000 ms'],
  [failed, 10, 'park'],
  [failed, 11, 'park'],
  [unavailable, 1, 'retry in 1000 ms'],
  [unavailable, 10, 'retry in 1000 ms'],
  [unavailable, 100_000, 'retry in 1000 ms'],
  [tooEarly, 1, 'retry in 50 ms'],
  [tooEarly, 2, 'retry in 100 ms'],
  [tooEarly, 20, 'retry in 1000 ms'],
  [tooEarly, 21, 'retry in 20000 ms'],
  [tooEarly, 99, 'retry in 20000 ms'],
  [tooEarly, 100, 'park'],
])('%o after %i failures: %s', (outcome, failures, answer) => {
  const given = acknowledgementOf(outcome, failures);
  expect(given.type === 'retry_later' ? `retry in ${given.afterMs} ms` : given.type).toBe(answer);
});

describe('patience', () => {
  const waitedMs = (outcome: HandlingOutcome): number => {
    let total = 0;
    for (let failures = 1; ; failures += 1) {
      const given = acknowledgementOf(outcome, failures);
      if (given.type !== 'retry_later') return total;
      total += given.afterMs;
    }
  };

  test('with a poison message ends after two minutes', () => {
    expect(waitedMs(failed)).toBe(114_350);
  });

  test('with a gap outlasts the patience with the message that is missing, twice', () => {
    expect(waitedMs(tooEarly)).toBeGreaterThan(2 * waitedMs(failed));
  });
});
