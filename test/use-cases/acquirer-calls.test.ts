import { afterEach, describe, expect, test, vi } from 'vitest';
import { AcquirerCalls, type AcquirerCall } from '../../apps/orchestrator/src/use-cases/acquirer-calls.ts';
import type { AttemptId } from '#domain';
import { newId } from '../support/payment-events.ts';
import { deferred } from '../support/until.ts';

/** An acquirer whose answers come when the test says so. */
function acquirer(calls: AcquirerCalls): Map<AttemptId, () => void> {
  return heldAnswers(calls).answers;
}

/** `refused`: what was told not to be sent, and why. */
function heldAnswers(calls: AcquirerCalls): { answers: Map<AttemptId, () => void>; refused: Map<AttemptId, string> } {
  const answers = new Map<AttemptId, () => void>();
  const refused = new Map<AttemptId, string>();
  calls.madeBy({
    make: ({ attemptId }) => new Promise<void>((resolve) => answers.set(attemptId, resolve)),
    refuse: async ({ attemptId }, reason) => void refused.set(attemptId, reason),
  });
  return { answers, refused };
}

function someCalls(count: number, at = 'alpha'): AcquirerCall[] {
  return Array.from({ length: count }, () => {
    const attemptId = newId('att');
    const key = { merchantId: newId('mer'), paymentId: newId('pay'), id: crypto.randomUUID() };
    const amount = { minor: 1n, currency: 'EUR' } as const;
    const request = { key: attemptId, operation: 'authorize', amount, cardToken: 'tok_visa' } as const;
    return {
      saga: key,
      acquirer: at,
      attemptId,
      request: { ...request, reference: key.paymentId, authorization: null, final: true, returnUrl: null },
    };
  });
}

function captureOf({ request }: AcquirerCall): AcquirerCall['request'] {
  return { ...request, operation: 'capture' };
}

afterEach(() => {
  vi.useRealTimers();
});

test('as many side by side as are allowed; each answer makes room for the next', async () => {
  const calls = new AcquirerCalls(2);
  const answers = acquirer(calls);
  const [first, second, third] = someCalls(3) as [AcquirerCall, AcquirerCall, AcquirerCall];
  calls.add([first, second, third]);
  expect([...answers.keys()]).toEqual([first.attemptId, second.attemptId]);
  answers.get(first.attemptId)?.();
  await vi.waitFor(() => expect([...answers.keys()]).toContain(third.attemptId));
});

test('a call is in hand from the moment it is added until it has been heard of', async () => {
  const calls = new AcquirerCalls(1);
  const answers = acquirer(calls);
  const [made, waiting] = someCalls(2) as [AcquirerCall, AcquirerCall];
  calls.add([made, waiting]);
  expect([calls.has(made.attemptId), calls.has(waiting.attemptId)]).toEqual([true, true]);
  answers.get(made.attemptId)?.();
  await vi.waitFor(() => expect(calls.has(made.attemptId)).toBe(false));
  expect(calls.has(waiting.attemptId)).toBe(true);
});

test('whoever would add more waits until few enough are waiting', async () => {
  const calls = new AcquirerCalls(1);
  const answers = acquirer(calls);
  await calls.room();
  calls.add(someCalls(514));
  let isRoom = false;
  const room = calls.room().then(() => (isRoom = true));
  await Promise.resolve();
  expect(isRoom).toBe(false);
  for (const answer of answers.values()) answer();
  await room;
});

test('at a stop, what is under way is waited for, and what an acquirer keeps waiting is left', async () => {
  vi.useFakeTimers();
  const calls = new AcquirerCalls(1);
  const answers = acquirer(calls);
  const [underWay, left] = someCalls(2) as [AcquirerCall, AcquirerCall];
  calls.add([underWay, left]);
  const stopped = calls.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  answers.get(underWay.attemptId)?.();
  await stopped;
  expect([...answers.keys()]).toEqual([underWay.attemptId]);
});

test('at a stop, an acquirer that answers gets all that was written down for it', async () => {
  const calls = new AcquirerCalls(1);
  const made: AttemptId[] = [];
  calls.madeBy({ make: async ({ attemptId }) => void made.push(attemptId), refuse: async () => undefined });
  const three = someCalls(3);
  calls.add(three);
  await calls.stop();
  expect(made).toEqual(three.map(({ attemptId }) => attemptId));
});

test('at a stop, the capture that an approval leads to is made as well', async () => {
  const calls = new AcquirerCalls(1);
  const made: AttemptId[] = [];
  const [authorization, capture] = someCalls(2) as [AcquirerCall, AcquirerCall];
  const answered = deferred();
  const captured = deferred();
  calls.madeBy({
    async make({ attemptId }) {
      await (attemptId === authorization.attemptId ? answered : captured).promise;
      if (attemptId === authorization.attemptId) calls.add([{ ...capture, request: captureOf(capture) }]);
      made.push(attemptId);
    },
    refuse: async () => undefined,
  });
  calls.add([authorization]);
  let hasStopped = false;
  const stopped = calls.stop().then(() => (hasStopped = true));
  answered.resolve();
  await vi.waitFor(() => expect(made).toHaveLength(1));
  await new Promise(setImmediate);
  expect(hasStopped).toBe(false);
  captured.resolve();
  await stopped;
  expect(made).toEqual([authorization.attemptId, capture.attemptId]);
});

describe('an acquirer that hangs', () => {
  test('holds up no other: each has a line of its own', () => {
    const calls = new AcquirerCalls(2);
    const answers = acquirer(calls);
    calls.add(someCalls(100, 'alpha'));
    const others = someCalls(2, 'beta');
    calls.add(others);
    expect([...answers.keys()].slice(2)).toEqual(others.map(({ attemptId }) => attemptId));
  });

  test('holds up none of its own other operations', () => {
    const calls = new AcquirerCalls(1);
    const answers = acquirer(calls);
    calls.add(someCalls(100));
    const [call] = someCalls(1) as [AcquirerCall];
    calls.add([{ ...call, request: captureOf(call) }]);
    expect(answers.has(call.attemptId)).toBe(true);
  });

  test('holds back whoever would add more only until it is known to hang', async () => {
    vi.useFakeTimers();
    const calls = new AcquirerCalls(1);
    acquirer(calls);
    calls.add(someCalls(600));
    let isRoom = false;
    const room = calls.room().then(() => (isRoom = true));
    await vi.advanceTimersByTimeAsync(249);
    expect(isRoom).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await room;
  });

  test('has a line that ends: what comes later is told that it was not sent', async () => {
    const calls = new AcquirerCalls(1);
    const { refused } = heldAnswers(calls);
    const within = someCalls(2_049);
    const beyond = someCalls(2);
    calls.add([...within, ...beyond]);
    expect([...refused]).toEqual(
      beyond.map(({ attemptId }) => [attemptId, '2048 calls wait in line at alpha'] as const),
    );
    await vi.waitFor(() => expect(beyond.map(({ attemptId }) => calls.has(attemptId))).toEqual([false, false]));
  });

  test('is given up when its breaker opens: who waits is told, who is under way is heard', async () => {
    const calls = new AcquirerCalls(1);
    const { answers, refused } = heldAnswers(calls);
    const [underWay, waiting] = someCalls(2) as [AcquirerCall, AcquirerCall];
    calls.add([underWay, waiting]);
    calls.giveUp('alpha', 'authorize', 'its breaker has opened');
    expect([...refused]).toEqual([[waiting.attemptId, 'its breaker has opened']]);
    expect([calls.has(underWay.attemptId), [...answers.keys()]]).toEqual([true, [underWay.attemptId]]);
  });
});
