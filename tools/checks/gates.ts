/** A check that needs no server: its program says what is wrong and ends with a code other than 0. */
export interface Gate {
  readonly name: string;
  /** A program of node_modules/.bin and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
}

/** The slowest first, so that two at a time end together. */
export const gates: readonly Gate[] = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the pure domain', command: ['tsc', '-p', 'libs/domain/tsconfig.json'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'generated files', command: ['node', 'dist/tools/generate.js', '--check'] },
  { name: 'formatting', command: ['oxfmt', '--check', '.'] },
];
