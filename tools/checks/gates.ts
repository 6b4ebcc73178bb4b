/** A check that brings what it needs: its program says what is wrong and ends with a code other than 0. */
export interface Gate {
  readonly name: string;
  /** A program of node_modules/.bin and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
}

const cruised = ['apps', 'libs', 'migrations', 'test', 'tools', 'vitest.config.ts'];

/** The law itself, with its reasons, is in .dependency-cruiser.mjs. */
export const importGate: Gate = {
  name: 'import law',
  command: ['depcruise', '--config', '.dependency-cruiser.mjs', ...cruised],
};

/** Its rules and the reasons for those left out are in .oxlintrc.json, those of our own in house-rules.ts. */
export const lintGate: Gate = { name: 'lint', command: ['oxlint'] };

/**
 * What nothing uses: files, exports, packages. `#domain` leads to what was built where it was built, and the build's
 * configuration tells from which source that came.
 */
export const unusedGate: Gate = {
  name: 'unused code',
  command: ['knip', '--no-progress', '--tsConfig', 'tsconfig.build.json'],
};

/** The slowest first, so that two at a time end together. */
export const gates: readonly Gate[] = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', 'dist/.types'] },
  lintGate,
  { name: 'generated files', command: ['node', 'dist/tools/generate.js', '--check'] },
  importGate,
  { name: 'types of the playground', command: ['tsc', '-p', 'apps/api/playground/tsconfig.json'] },
  { name: 'types of the pure domain', command: ['tsc', '-p', 'libs/domain/tsconfig.json'] },
  unusedGate,
  { name: 'formatting', command: ['oxfmt', '--check', '.'] },
];

/** Whether the gates see what they are there to see. Among all tests this runs anyway; alone it belongs to the gates. */
export const plantedViolations: Gate = {
  name: 'planted violations',
  command: ['vitest', 'run', '--project', 'architecture', '--reporter', 'dot'],
};
