import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { importGate } from '../../tools/checks/gates.ts';
import { importPlants } from './import-plants.ts';
import { ScratchTree, sourceFiles } from './scratch-tree.ts';

/** What dependency-cruiser's JSON reporter writes, as far as it is read here. */
const cruiseShape = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

const lawShape = z.object({ default: z.object({ forbidden: z.array(z.object({ name: z.string() })) }) });

let tree: ScratchTree;
let cruise: z.infer<typeof cruiseShape>;

const plantedFiles = Object.assign({}, ...Object.values(importPlants)) as Record<string, string>;

beforeAll(async () => {
  tree = await ScratchTree.with(plantedFiles);
  const { stdout } = await tree.run([...importGate.command, '--output-type', 'json']);
  cruise = cruiseShape.parse(JSON.parse(stdout));
});

afterAll(() => tree.remove());

describe('a planted violation is refused by', () => {
  test.each(Object.entries(importPlants))('%s', (rule, files) => {
    const refused = cruise.summary.violations.filter((violation) => violation.rule.name === rule);
    expect(refused.map(({ from }) => from)).toContain(Object.keys(files)[0]);
  });
});

test('every rule has its planted violation', async () => {
  const law = lawShape.parse(await import(pathToFileURL(resolve('.dependency-cruiser.mjs')).href));
  expect(Object.keys(importPlants)).toEqual(law.default.forbidden.map(({ name }) => name));
});

test('no rule refuses anything that was not planted', () => {
  const unplanted = cruise.summary.violations.filter(({ from }) => !(from in plantedFiles));
  expect(unplanted).toEqual([]);
});

test('the cruise saw every TypeScript file of the tree', async () => {
  const seen = new Set(cruise.modules.map(({ source }) => source));
  const written = (await sourceFiles()).filter((path) => /\.tsx?$/.test(path));
  expect(written.length).toBeGreaterThan(300);
  expect(written.filter((path) => !seen.has(path))).toEqual([]);
});
