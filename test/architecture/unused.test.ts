import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unusedGate } from '../../tools/checks/gates.ts';
import { ScratchTree } from './scratch-tree.ts';

const named = z.array(z.object({ name: z.string() })).default([]);

/** What knip's JSON reporter writes, as far as it is read here. */
const reportShape = z.object({
  issues: z.array(
    z.object({ file: z.string(), files: named, exports: named, types: named, dependencies: named, unlisted: named }),
  ),
});

type Kind = Exclude<keyof z.infer<typeof reportShape>['issues'][number], 'file'>;

let tree: ScratchTree;
let exitCode: number | null;
let issues: z.infer<typeof reportShape>['issues'];

beforeAll(async () => {
  const entryOfDomain = await readFile('libs/domain/src/index.ts', 'utf8');
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: Record<string, string> };
  manifest.dependencies['planted-package'] = '1.0.0';
  tree = await ScratchTree.with({
    'package.json': JSON.stringify(manifest, undefined, 2),
    'libs/domain/src/index.ts': `${entryOfDomain}export { plantedRule } from './money/planted.ts';\n`,
    'libs/domain/src/money/planted.ts': `export const plantedRule = true;\n`,
    // Where something was built, names lead there.
    'dist/libs/domain/src/index.js': `export {};\n`,
    'apps/fraud/src/planted-forgotten.ts': `export const forgotten = true;\n`,
    'tools/dev.ts': `import './planted-used.ts';\n`,
    'tools/planted-used.ts': `import 'semver';\nexport const usedByNobody = true;\nexport type UsedByNobody = 1;\n`,
  });
  const { code, stdout } = await tree.run([...unusedGate.command, '--reporter', 'json']);
  exitCode = code;
  issues = reportShape.parse(JSON.parse(stdout)).issues;
});

afterAll(() => tree.remove());

function reported(kind: Kind): string[] {
  return issues.flatMap((issue) => issue[kind].map(({ name }) => `${issue.file}: ${name}`));
}

describe('knip reports', () => {
  test.each<[what: string, kind: Kind, planted: string]>([
    [
      'a file that nothing imports',
      'files',
      'apps/fraud/src/planted-forgotten.ts: apps/fraud/src/planted-forgotten.ts',
    ],
    ['an export that nothing imports', 'exports', 'tools/planted-used.ts: usedByNobody'],
    ['a type that nothing imports', 'types', 'tools/planted-used.ts: UsedByNobody'],
    ['a name of a lib’s entry that nothing imports', 'exports', 'libs/domain/src/index.ts: plantedRule'],
    ['a package that nothing imports', 'dependencies', 'package.json: planted-package'],
    ['a package that is imported and not declared', 'unlisted', 'tools/planted-used.ts: semver'],
  ])('%s', (_what, kind, planted) => {
    expect(reported(kind)).toContain(planted);
  });

  test('no name of an entry that is imported, built or not', () => {
    expect(reported('exports')).not.toContain('libs/domain/src/index.ts: invariant');
    expect(reported('exports')).not.toContain('libs/security/src/index.ts: fingerprintOf');
  });

  test('and fails', () => {
    expect(exitCode).toBe(1);
  });
});
