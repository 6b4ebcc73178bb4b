import type { Saga, SagaKind } from '#domain';
import { code, stateDiagram, table, type Edge } from './markdown.ts';
import { checksFollowed, walkSaga, type SagaMove } from './saga-walk.ts';

const sagas: readonly (readonly [title: string, kind: SagaKind, captureMethod: Saga['captureMethod']])[] = [
  ['charge, automatic capture', 'charge', 'automatic'],
  ['charge, manual capture', 'charge', 'manual'],
  ['capture', 'capture', 'manual'],
  ['void', 'void', 'manual'],
  ['refund', 'refund', 'manual'],
];

export function printSagas(): string {
  return sagas.map(([title, ...saga]) => `### ${title}\n\n${printSaga(...saga)}`).join('\n\n');
}

function printSaga(kind: SagaKind, captureMethod: Saga['captureMethod']): string {
  const { initial, moves } = walkSaga(kind, captureMethod);
  const edges: Edge[] = moves.map(({ step, on, to }) => ({ from: step, on, to }));
  const steps = new Set(edges.map(({ from }) => from));
  const ends = [...new Set(edges.map(({ to }) => to))].filter((step) => !steps.has(step));
  const rows = rowsOf(moves).map(({ step, on, when, to, commands }) => [code(step), on, when, code(to), commands]);
  return `${stateDiagram([initial], edges, ends)}\n\n${table(['in', 'on', 'when', 'goes to', 'and'], rows)}`;
}

interface Row extends Pick<SagaMove, 'step' | 'on' | 'to' | 'commands'> {
  /** Empty where tries and checks make no difference. */
  readonly when: string;
}

/** One row for all tries and checks that are answered alike. */
function rowsOf(moves: readonly SagaMove[]): Row[] {
  const bySituation = Map.groupBy(moves, ({ step, on }) => `${step} ${on}`);
  return [...bySituation.values()].flatMap((answers) => {
    const byAnswer = Map.groupBy(answers, ({ to, commands }) => `${to} ${commands}`);
    return [...byAnswer.values()].flatMap((alike) => {
      const [{ step, on, to, commands } = { step: '', on: '', to: '', commands: '' }] = alike;
      return { step, on, to, commands, when: byAnswer.size === 1 ? '' : whenOf(alike, answers) } as Row;
    });
  });
}

/** Names only what tells this answer from the others: of tries, of checks, or of both. */
function whenOf(alike: readonly SagaMove[], answers: readonly SagaMove[]): string {
  const numbers = (['tries', 'checks'] as const).flatMap((what) => {
    const here = numbersOf(alike, what);
    if (here.length === numbersOf(answers, what).length) return [];
    return `${what} ${rangeOf(here, what === 'checks' ? checksFollowed : undefined)}`;
  });
  return numbers.join(', ');
}

function numbersOf(moves: readonly SagaMove[], what: 'tries' | 'checks'): number[] {
  return [...new Set(moves.map((move) => move[what]))].toSorted((one, other) => one - other);
}

function rangeOf(numbers: readonly number[], open: number | undefined): string {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (last === open) return `${first} or more`;
  return first === last ? String(first) : `${first} to ${last}`;
}
