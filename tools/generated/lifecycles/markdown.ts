export interface Edge {
  readonly from: string;
  readonly on: string;
  readonly to: string;
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(name: string): string {
  return `\`${name}\``;
}

/** A state diagram in Mermaid, which GitHub draws. Several ways between the same two states are one arrow. */
export function stateDiagram(initial: readonly string[], edges: readonly Edge[], ends: readonly string[]): string {
  const arrows = new Map<string, string[]>();
  for (const { from, on, to } of edges) {
    const arrow = `${from} --> ${to}`;
    arrows.set(arrow, [...new Set([...(arrows.get(arrow) ?? []), on])]);
  }
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...initial.map((state) => `  [*] --> ${state}`),
    ...[...arrows].map(([arrow, causes]) => `  ${arrow}: ${causes.join(', ')}`),
    ...ends.map((state) => `  ${state} --> [*]`),
    '```',
  ].join('\n');
}
