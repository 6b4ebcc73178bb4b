import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { advance, sagaDefinitionVersion, type Saga, type SagaCommand, type SagaEvent } from '#domain';

const directory = join(import.meta.dirname, 'saga-histories');

/** What sagas of a version went through. A history that has been released is never changed: a running saga relies on it. */
interface Chronicle {
  readonly version: number;
  readonly histories: readonly History[];
}

interface History {
  readonly about: string;
  readonly born: Pick<Saga, 'kind' | 'captureMethod' | 'step' | 'tries'>;
  /** `turn` is `step: commands`, or empty where the event changes nothing; `times` so often in a row, once where absent. */
  readonly history: readonly { readonly event: SagaEvent; readonly times?: number; readonly turn: string }[];
}

const chronicles = readdirSync(directory).map((name) => {
  return [name, JSON.parse(readFileSync(join(directory, name), 'utf8')) as Chronicle] as const;
});

function wordsOf(command: SagaCommand): string {
  switch (command.type) {
    case 'attempt':
      return `${command.operation}${command.afterMs > 0 ? ` in ${command.afterMs}` : ''}`;
    case 'check':
      return `check in ${command.afterMs}`;
    case 'wait_for_expiry':
      return `expire in ${command.afterMs ?? 'its time'}`;
    case 'decline_payment':
      return `decline_payment ${command.decline.code}`;
    case 'fail_payment':
      return `fail_payment ${command.reason}`;
    case 'refuse_capture':
    case 'refuse_void':
    case 'refuse_refund':
    case 'refuse_increase':
      return `${command.type} ${command.declineCode}`;
    default:
      return command.type;
  }
}

describe.each(chronicles)('%s', (_, { version, histories }) => {
  test.each(histories)('$about', ({ born, history }) => {
    let saga: Saga = { ...born, version, checks: 0, softRetries: 0, stuckAt: null };
    const lived = history.flatMap(({ event, times = 1 }) =>
      Array.from({ length: times }, () => {
        const { saga: next, commands } = advance(saga, event);
        const turn = next === saga ? '' : `${next.step}: ${commands.map(wordsOf).join(', ')}`;
        saga = next;
        return { event: event.type, turn };
      }),
    );
    const recorded = history.flatMap(({ event, times = 1, turn }) => {
      return Array.from({ length: times }, () => ({ event: event.type, turn }));
    });
    expect(lived).toEqual(recorded);
  });
});

test('every version that a saga can have been born with has its histories', () => {
  const told = new Set(chronicles.map(([, { version }]) => version));
  expect([...told].toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: sagaDefinitionVersion }, (_, index) => index + 1),
  );
});
