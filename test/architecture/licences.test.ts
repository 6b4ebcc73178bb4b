import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isPermissive, refusedLicences, type InstalledPackage } from './licences.ts';

const lockShape = z.object({ packages: z.record(z.string(), z.object({ license: z.string().optional() })) });
const manifestShape = z.object({ license: z.unknown(), licenses: z.unknown() }).partial();

let packages: InstalledPackage[];

/** The project's own, and what the bench alone brings to compare with. */
const lockfiles = ['package-lock.json', 'tools/bench/peers/package-lock.json'];

beforeAll(async () => {
  packages = (await Promise.all(lockfiles.map(packagesOf))).flat();
});

/**
 * Every package of the lockfile: what is installed says itself under which licence; binaries for other machines are
 * not installed, and of them the lockfile knows.
 */
async function packagesOf(lockfile: string): Promise<InstalledPackage[]> {
  const lock = lockShape.parse(JSON.parse(await readFile(lockfile, 'utf8')));
  const places = Object.entries(lock.packages).filter(([place]) => place !== '');
  return Promise.all(
    places.map(async ([place, locked]) => {
      const name = place.replace(/^.*node_modules\//, '');
      const manifest = join(dirname(lockfile), place, 'package.json');
      if (!existsSync(manifest)) return { name, licence: locked.license };
      const { license, licenses } = manifestShape.parse(JSON.parse(await readFile(manifest, 'utf8')));
      return { name, licence: license ?? licenses };
    }),
  );
}

test('every package that this project uses, builds or tests with has a permissive licence', () => {
  expect(packages.length).toBeGreaterThan(300);
  expect(refusedLicences(packages)).toEqual([]);
});

describe('a licence is judged', () => {
  test.each<[expression: string, permissive: boolean]>([
    ['MIT', true],
    ['(MIT AND Zlib)', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['GPL-2.0-only OR (MIT AND LGPL-3.0-only) OR ISC', true],
    ['(MIT AND (LGPL-3.0-only OR BSD-3-Clause))', true],
    ['(MIT AND LGPL-3.0-only)', false],
    ['GPL-3.0-only', false],
    ['AGPL-3.0-only', false],
    ['BUSL-1.1', false],
    ['SSPL-1.0', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    ['', false],
  ])('%s', (expression, permissive) => {
    expect(isPermissive(expression)).toBe(permissive);
  });

  test.each<[licence: unknown, refused: string[]]>([
    [{ type: 'MIT', url: 'https://opensource.org/license/mit' }, []],
    [[{ type: 'GPL-2.0' }, { type: 'Apache-2.0' }], []],
    [undefined, ['planted: no licence at all']],
    ['Elastic-2.0', ['planted: Elastic-2.0']],
    ['MPL-2.0', ['planted: MPL-2.0']],
  ])('%j', (licence, refused) => {
    expect(refusedLicences([{ name: 'planted', licence }])).toEqual(refused);
  });
});
