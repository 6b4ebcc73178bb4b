import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The launcher keeps its children in a file of this name, and so do the fixtures. */
export const processRecord = 'processes.json';
export const launcherRecord = 'launchers.json';

/** A directory of its own for a fixture. What runs in it is recorded there, and ends with the run at the latest. */
export async function fixtureDirectory(kind: string): Promise<string> {
  const directory = await mkdtemp(join(inject('runDirectory'), `${kind}-`));
  await chmod(directory, 0o711);
  return directory;
}
