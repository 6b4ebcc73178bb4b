import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lintGate } from '../../tools/checks/gates.ts';
import { lintPlants } from './lint-plants.ts';
import { ScratchTree } from './scratch-tree.ts';

/** What oxlint's JSON reporter writes, as far as it is read here. */
const lintShape = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string(), severity: z.string() })),
});

let tree: ScratchTree;
let refused: z.infer<typeof lintShape>['diagnostics'];
let exitCode: number | null;

beforeAll(async () => {
  tree = await ScratchTree.with(Object.fromEntries(lintPlants.map(([, path, source]) => [path, source])));
  const planted = lintPlants.map(([, path]) => path);
  const { code, stdout } = await tree.run([...lintGate.command, '--format', 'json', ...planted]);
  exitCode = code;
  refused = lintShape.parse(JSON.parse(stdout)).diagnostics;
});

afterAll(() => tree.remove());

describe('the linter refuses', () => {
  test.each(lintPlants)('%s in %s', (code, path) => {
    expect(refused.filter(({ filename }) => filename === path).map((diagnostic) => diagnostic.code)).toContain(code);
  });
});

test('what the linter refuses ends it with a failure', () => {
  expect(exitCode).toBe(1);
});

test('a rule of our own that was never planted proves nothing', async () => {
  const { default: house } = await import('../../tools/checks/house-rules.ts');
  const planted = new Set(lintPlants.map(([code]) => code));
  expect(Object.keys(house.rules).filter((rule) => !planted.has(`house(${rule})`))).toEqual([]);
});
