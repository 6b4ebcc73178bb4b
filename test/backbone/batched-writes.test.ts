import { expect, test } from 'vitest';
import { BatchedWrites, type Outcome } from '#batching';
import { deferred, type Deferred } from '../support/until.ts';

/** A write that the test ends; each batch is remembered with what ends it. */
function heldWrites(): {
  readonly batches: string[][];
  readonly ends: Deferred<Outcome<string>[]>[];
  readonly writes: BatchedWrites<string, string>;
} {
  const batches: string[][] = [];
  const ends: Deferred<Outcome<string>[]>[] = [];
  const writes = new BatchedWrites<string, string>(
    (items) => {
      batches.push([...items]);
      const end = deferred<Outcome<string>[]>();
      ends.push(end);
      return end.promise;
    },
    { batchSizeMax: 3, batchesInFlightMax: 2 },
  );
  return { batches, ends, writes };
}

const submitAll = (writes: BatchedWrites<string, string>, items: string): Promise<string>[] =>
  [...items].map((item) => writes.submit(item));

test('the first is written before its call returns; who comes while it is written waits and goes with the others', async () => {
  const { batches, ends, writes } = heldWrites();
  const answers = submitAll(writes, 'a');
  expect(batches).toEqual([['a']]);

  answers.push(...submitAll(writes, 'bc'));
  expect(batches).toEqual([['a']]);

  ends[0]?.resolve(['A']);
  expect(await answers[0]).toBe('A');
  expect(batches).toEqual([['a'], ['b', 'c']]);

  ends[1]?.resolve(['B', 'C']);
  expect(await Promise.all(answers)).toEqual(['A', 'B', 'C']);
});

test('a batch that is full goes beside the one under way, no third beside two, and all in the order of their coming', async () => {
  const { batches, ends, writes } = heldWrites();
  const answers = submitAll(writes, 'abcdefgh');
  expect(batches).toEqual([['a'], ['b', 'c', 'd']]);

  ends[1]?.resolve(['B', 'C', 'D']);
  expect(await answers[3]).toBe('D');
  expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f', 'g']]);

  ends[2]?.resolve(['E', 'F', 'G']);
  expect(await answers[6]).toBe('G');
  // The last one alone does not fill a batch, so it waits for what is under way.
  expect(batches).toHaveLength(3);

  ends[0]?.resolve(['A']);
  expect(await answers[0]).toBe('A');
  expect(batches[3]).toEqual(['h']);
  ends[3]?.resolve(['H']);
  expect(await Promise.all(answers)).toEqual([...'ABCDEFGH']);
});

test('a write that throws is everybody’s fault who was in it, and nobody else’s', async () => {
  const { ends, writes } = heldWrites();
  const [first, ...others] = submitAll(writes, 'abc');
  ends[0]?.resolve(['A']);
  await first;
  const later = writes.submit('d');
  const fault = new Error('lost');
  ends[1]?.reject(fault);

  expect(await Promise.allSettled(others)).toEqual([
    { status: 'rejected', reason: fault },
    { status: 'rejected', reason: fault },
  ]);
  ends[2]?.resolve(['D']);
  expect(await later).toBe('D');
});

test('an outcome that comes later keeps no other waiting', async () => {
  const { batches, ends, writes } = heldWrites();
  const [first, slow, quick] = submitAll(writes, 'abc');
  ends[0]?.resolve(['A']);
  await first;
  const outcome = deferred<string>();
  ends[1]?.resolve([outcome.promise, 'C']);

  expect(await quick).toBe('C');
  const next = writes.submit('d');
  expect(batches.at(-1)).toEqual(['d']);
  ends[2]?.resolve(['D']);
  expect(await next).toBe('D');
  outcome.resolve('B');
  expect(await slow).toBe('B');
});
