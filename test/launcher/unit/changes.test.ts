import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedFiles, consequencesOf, takeSnapshot } from '../../../tools/dev/changes.ts';

const services = ['api', 'fraud', 'webhooks'] as const;

describe('what a change means for the running stack', () => {
  test.each([
    ['an app', ['apps/fraud/src/rules.js'], ['fraud'], false, false],
    ['two apps', ['apps/fraud/src/rules.js', 'apps/api/src/main.js'], ['api', 'fraud'], false, false],
    ['a lib', ['libs/domain/src/money.js'], ['api', 'fraud', 'webhooks'], false, false],
    ['a migration', ['migrations/fraud/1-first.js'], [], true, false],
    ['a tool', ['tools/start.js'], [], false, true],
    ['an app whose name begins alike', ['apps/api-extra/src/main.js'], [], false, false],
    ['nothing', [], [], false, false],
  ])('%s', (_, files, restart, migrate, launcherIsOld) => {
    expect(consequencesOf(files, services)).toEqual({ restart, migrate, launcherIsOld });
  });
});

describe('what changed', () => {
  let place: string;

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'quittance-test-changes-'));
    await mkdir(join(place, 'apps', 'api'), { recursive: true });
  });

  afterAll(() => rm(place, { recursive: true, force: true }));

  test('is what holds something else, not what was written again', async () => {
    const files = ['same.js', 'other.js', 'notes.txt'].map((name) => join(place, 'apps', 'api', name));
    for (const file of files) await writeFile(file, 'before');
    const before = await takeSnapshot(place);
    const [same = '', other = '', notes = ''] = files;
    const later = new Date(Date.now() + 5_000);
    for (const [file, content] of [
      [same, 'before'],
      [other, 'after'],
      [notes, 'after'],
    ] as const) {
      await writeFile(file, content);
      await utimes(file, later, later);
    }
    await writeFile(join(place, 'apps', 'api', 'new.js'), 'new');
    const changed = changedFiles(before, await takeSnapshot(place, before));
    expect(changed.sort()).toEqual(['apps/api/new.js', 'apps/api/other.js']);
  });
});
