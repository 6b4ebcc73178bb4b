import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AcquirerAnswer } from '../../apps/orchestrator/src/acquirers/acquirer.ts';
import type { GuardedAcquirer } from '../../apps/orchestrator/src/acquirers/guarded-acquirer.ts';
import { newId } from '../support/payment-events.ts';
import { aRequest } from './support/acquirer-requests.ts';
import { answers, guardedScript } from './support/scripted-connector.ts';

/** Never aborts: the test says what ends a call. */
const noDeadline = new AbortController().signal;

function authorize(acquirer: GuardedAcquirer): Promise<AcquirerAnswer> {
  return acquirer.send(aRequest(), noDeadline);
}

async function authorizeTimes(acquirer: GuardedAcquirer, times: number): Promise<AcquirerAnswer[]> {
  const heard: AcquirerAnswer[] = [];
  for (let time = 0; time < times; time += 1) heard.push(await authorize(acquirer));
  return heard;
}

/** Ten calls without an outcome: as many as the breaker wants to see. */
async function opened(limits = {}): Promise<ReturnType<typeof guardedScript>> {
  const script = guardedScript(limits);
  script.connector.answer = () => Promise.resolve(answers.unknown);
  await authorizeTimes(script.acquirer, 10);
  expect(script.acquirer.breakerOf('authorize').view().state).toBe('open');
  script.connector.calls = 0;
  script.changes.length = 0;
  return script;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('what counts against an acquirer', () => {
  test.each([answers.unknown, answers.notSent])('ten times $type opens its breaker', async (answer) => {
    const { acquirer, connector, changes } = guardedScript({ quickRetriesMax: 0 });
    connector.answer = () => Promise.resolve(answer);
    await authorizeTimes(acquirer, 10);
    expect(changes).toEqual([
      { acquirer: 'alpha', operation: 'authorize', from: 'closed', to: 'open', onHearsay: false },
    ]);
  });

  test('declines do not: an acquirer that declines works', async () => {
    const { acquirer, connector, changes } = guardedScript();
    connector.answer = () => Promise.resolve(answers.declined);
    expect(await authorizeTimes(acquirer, 100)).toEqual(Array(100).fill(answers.declined));
    expect(changes).toEqual([]);
  });

  test('a call that is slow does before its time is out, and its answer is given none the less', async () => {
    const { acquirer, connector, changes } = guardedScript();
    const held = connector.holdsAnswers();
    const heard = Array.from({ length: 10 }, () => authorize(acquirer));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(changes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(changes.map(({ to }) => to)).toEqual(['open']);
    for (const answer of held) answer(answers.approved);
    expect(await Promise.all(heard)).toEqual(Array(10).fill(answers.approved));
  });
});

describe('while a breaker is open', () => {
  test('a call is not sent, and says so', async () => {
    const { acquirer, connector } = await opened();
    const reason = 'alpha was not called: its breaker is open';
    expect(await authorize(acquirer)).toEqual({ type: 'not_sent', reason });
    expect(connector.calls).toBe(0);
    expect(acquirer.availabilityOf('authorize')).toEqual({ usable: false, reason: 'its breaker is open' });
  });

  test('other operations go on', async () => {
    const { acquirer, connector } = await opened();
    connector.answer = () => Promise.resolve(answers.approved);
    expect(await acquirer.send(aRequest('capture'), noDeadline)).toEqual(answers.approved);
    expect(acquirer.availabilityOf('capture')).toEqual({ usable: true });
  });

  test('a question that was not asked leaves the outcome unknown: not_sent would say that nothing was done', async () => {
    const { acquirer, connector } = guardedScript();
    connector.answer = () => Promise.resolve(answers.unknown);
    for (let time = 0; time < 10; time += 1) await acquirer.find(newId('att'), noDeadline);
    const answer = await acquirer.find(newId('att'), noDeadline);
    expect(answer).toEqual({ type: 'unknown', reason: 'alpha was not called: its breaker is open' });
    expect(connector.calls).toBe(10);
  });
});

test('evidence that the guard did not hand in was not sent, which is not the acquirer refusing it', async () => {
  const { acquirer, connector } = guardedScript();
  connector.answer = () => Promise.resolve(answers.unknown);
  const handIn = () => acquirer.submitEvidence(newId('dsp'), 'dp_1', 'We have a signature.', noDeadline);
  for (let time = 0; time < 10; time += 1) await handIn();
  expect(await handIn()).toEqual({ type: 'not_sent', reason: 'alpha was not called: its breaker is open' });
  expect(connector.calls).toBe(10);
});

describe('after two seconds', () => {
  test('three calls probe and no other is made; when all three succeed, everything is made again', async () => {
    const { acquirer, connector, changes } = await opened();
    const held = connector.holdsAnswers();
    vi.setSystemTime(Date.now() + 2_000);
    const probes = [authorize(acquirer), authorize(acquirer), authorize(acquirer)];
    const fourth = await authorize(acquirer);
    expect(fourth).toEqual({ type: 'not_sent', reason: 'alpha was not called: its breaker waits for its probes' });
    expect(acquirer.availabilityOf('authorize').usable).toBe(false);
    expect(connector.calls).toBe(3);
    for (const answer of held) answer(answers.approved);
    await Promise.all(probes);
    await vi.advanceTimersByTimeAsync(0);
    expect(changes.map(({ to }) => to)).toEqual(['half_open', 'closed']);
    connector.answer = () => Promise.resolve(answers.approved);
    expect(await authorizeTimes(acquirer, 5)).toEqual(Array(5).fill(answers.approved));
  });

  test('one probe that fails opens it again, for longer than before', async () => {
    const { acquirer, changes } = await opened();
    vi.setSystemTime(Date.now() + 2_000);
    await authorize(acquirer);
    expect(changes.map(({ to }) => to)).toEqual(['half_open', 'open']);
    vi.setSystemTime(Date.now() + 4_999);
    expect(acquirer.availabilityOf('authorize').usable).toBe(false);
    vi.setSystemTime(Date.now() + 1);
    expect(acquirer.availabilityOf('authorize').usable).toBe(true);
  });

  test('one probe that hangs opens it again when it has become slow', async () => {
    const { acquirer, connector, changes } = await opened();
    connector.holdsAnswers();
    vi.setSystemTime(Date.now() + 2_000);
    void authorize(acquirer);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(changes.map(({ to }) => to)).toEqual(['half_open', 'open']);
  });
});

describe('a bulkhead', () => {
  const narrow = { sideBySideMax: 2, waitingMax: 1, waitMaxMs: 60_000 };

  test('has so many places, so many who wait, and refuses the others', async () => {
    const { acquirer, connector } = guardedScript(narrow);
    const held = connector.holdsAnswers();
    const heard = Array.from({ length: 3 }, () => authorize(acquirer));
    const refused = await authorize(acquirer);
    expect(refused).toEqual({ type: 'not_sent', reason: 'alpha was not called: its bulkhead is full' });
    expect(connector.calls).toBe(2);
    held[0]?.(answers.approved);
    await vi.waitFor(() => expect(connector.calls).toBe(3));
    for (const answer of held) answer(answers.approved);
    expect(await Promise.all(heard)).toEqual(Array(3).fill(answers.approved));
  });

  test('who waits is told when the time is out, at once and without having been sent', async () => {
    const { acquirer, connector } = guardedScript(narrow);
    connector.holdsAnswers();
    void authorize(acquirer);
    void authorize(acquirer);
    const deadline = new AbortController();
    const waiting = acquirer.send(aRequest(), deadline.signal);
    deadline.abort();
    const reason = 'alpha was not called: its bulkhead had no place in time';
    expect(await waiting).toEqual({ type: 'not_sent', reason });
    expect(connector.calls).toBe(2);
  });

  test('no other operation stands in its line', async () => {
    const { acquirer, connector } = guardedScript(narrow);
    connector.holdsAnswers();
    for (let call = 0; call < 4; call += 1) void authorize(acquirer);
    connector.answer = () => Promise.resolve(answers.approved);
    expect(await acquirer.send(aRequest('void'), noDeadline)).toEqual(answers.approved);
  });
});

describe('the time that a call is given', () => {
  test('is handed down, and holds even when the connector does not listen', async () => {
    const { acquirer, connector } = guardedScript();
    connector.holdsAnswers();
    const deadline = new AbortController();
    const heard = acquirer.send(aRequest(), deadline.signal);
    expect(connector.signals).toEqual([deadline.signal]);
    deadline.abort();
    expect(await heard).toEqual({ type: 'unknown', reason: 'no answer within the time it was given' });
  });

  test('that is out already leaves the call unsent', async () => {
    const { acquirer, connector } = guardedScript();
    expect((await acquirer.send(aRequest(), AbortSignal.abort())).type).toBe('not_sent');
    expect(connector.calls).toBe(0);
  });

  test('a connector that breaks its word and throws has told nothing', async () => {
    const { acquirer, connector } = guardedScript();
    connector.answer = () => Promise.reject(new Error('bug'));
    expect((await authorize(acquirer)).type).toBe('unknown');
  });
});

describe('quick further tries', () => {
  const quick = { quickRetryPauseMs: { initial: 1, max: 1 } };

  test('only of what was surely not sent, and only within a tenth of the calls', async () => {
    const { acquirer, connector } = guardedScript({ ...quick, callsMin: 1_000 });
    connector.answer = () => Promise.resolve(answers.notSent);
    await authorizeTimes(acquirer, 100);
    expect(connector.calls).toBe(110);
  });

  test('the answer to the further try is the answer', async () => {
    const { acquirer, connector } = guardedScript(quick);
    await authorizeTimes(acquirer, 10);
    const later = [answers.notSent, answers.approved];
    connector.answer = () => Promise.resolve(later.shift() ?? answers.unknown);
    expect(await authorize(acquirer)).toEqual(answers.approved);
  });

  test.each([answers.unknown, answers.declined])('never after $type', async (answer) => {
    const { acquirer, connector } = guardedScript({ ...quick, callsMin: 1_000 });
    connector.answer = () => Promise.resolve(answer);
    await authorizeTimes(acquirer, 50);
    expect(connector.calls).toBe(50);
  });

  test('not when the time is out during the pause', async () => {
    const { acquirer, connector } = guardedScript({ quickRetryPauseMs: { initial: 60_000, max: 60_000 } });
    await authorizeTimes(acquirer, 10);
    const deadline = new AbortController();
    connector.answer = () => Promise.resolve(answers.notSent);
    const heard = acquirer.send(aRequest(), deadline.signal);
    await new Promise(setImmediate);
    deadline.abort();
    expect(await heard).toEqual(answers.notSent);
    expect(connector.calls).toBe(11);
  });
});

describe('on the word of others', () => {
  test('of another process: opens for the first pause and finds out itself then', async () => {
    const { acquirer, changes } = guardedScript();
    await acquirer.breakerOf('authorize').openOnHearsay();
    expect(changes).toMatchObject([{ from: 'closed', to: 'open', onHearsay: true }]);
    expect((await authorize(acquirer)).type).toBe('not_sent');
    vi.setSystemTime(Date.now() + 2_000);
    expect(await authorizeTimes(acquirer, 3)).toEqual(Array(3).fill(answers.approved));
    expect(changes.map(({ to }) => to)).toEqual(['open', 'half_open', 'closed']);
  });

  test('of another process about one that is open already: nothing', async () => {
    const { acquirer, changes } = await opened();
    await acquirer.breakerOf('authorize').openOnHearsay();
    expect(changes).toEqual([]);
  });

  test('of a person: held open however well the acquirer is, until closed, and closed at once then', async () => {
    const { acquirer, connector, changes } = guardedScript();
    const breaker = acquirer.breakerOf('authorize');
    breaker.holdOpen('they announced maintenance');
    vi.setSystemTime(Date.now() + 3_600_000);
    const reason = 'alpha was not called: its breaker is held open: they announced maintenance';
    expect(await authorize(acquirer)).toEqual({ type: 'not_sent', reason });
    breaker.holdOpen('it takes longer');
    expect(breaker.refusal()).toBe('its breaker is held open: it takes longer');
    breaker.holdOpen(undefined);
    expect(await authorize(acquirer)).toEqual(answers.approved);
    expect(connector.calls).toBe(1);
    expect(changes.map(({ to }) => to)).toEqual(['held_open', 'closed']);
  });
});
