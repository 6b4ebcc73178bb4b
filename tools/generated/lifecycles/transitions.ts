import { code, stateDiagram, table, type Edge } from './markdown.ts';

type Transitions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A lifecycle that is a table in the code, as a table and a diagram. `noteOf` fills a column of its own. */
export function printTransitions(
  initial: string,
  transitions: Transitions,
  note?: { readonly heading: string; readonly of: (state: string) => string },
): string {
  const states = Object.keys(transitions);
  const events = [...new Set(states.flatMap((state) => Object.keys(transitions[state] ?? {})))];
  const edges: Edge[] = states.flatMap((from) =>
    Object.entries(transitions[from] ?? {}).map(([on, to]) => ({ from, on, to })),
  );
  const ends = states.filter((state) => Object.keys(transitions[state] ?? {}).length === 0);
  const rows = states.map((state) => [
    code(state),
    ...(note === undefined ? [] : [note.of(state)]),
    ...events.map((event) => transitions[state]?.[event] ?? ''),
  ]);
  const headings = ['', ...(note === undefined ? [] : [note.heading]), ...events.map(code)];
  return `${stateDiagram([initial], edges, ends)}\n\n${table(headings, rows)}`;
}
