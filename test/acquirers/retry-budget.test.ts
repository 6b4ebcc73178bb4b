import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetryBudget } from '../../apps/orchestrator/src/acquirers/retry-budget.ts';

function countCalls(budget: RetryBudget, times: number): void {
  for (let time = 0; time < times; time += 1) budget.countCall();
}

test('one further try for ten calls, and none in advance', () => {
  const budget = new RetryBudget();
  expect(budget.take()).toBe(false);
  countCalls(budget, 9);
  expect(budget.take()).toBe(false);
  budget.countCall();
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

test('what was saved long ago is worth twenty tries at most', () => {
  const budget = new RetryBudget();
  countCalls(budget, 100_000);
  expect(budget.left()).toBe(20);
  const taken = Array.from({ length: 30 }, () => budget.take());
  expect(taken.filter(Boolean)).toHaveLength(20);
});

test('however calls and wishes to try again follow each other, tries are never more than a tenth of the calls', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('call', 'retry'), { maxLength: 2_000 }), (wishes) => {
      const budget = new RetryBudget();
      let [calls, retries] = [0, 0];
      for (const wish of wishes) {
        if (wish === 'call') {
          budget.countCall();
          calls += 1;
        } else if (budget.take()) {
          retries += 1;
        }
        expect(retries * 10).toBeLessThanOrEqual(calls);
      }
    }),
  );
});
