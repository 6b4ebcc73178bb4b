import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { endLeftovers } from '../../tools/launcher/child-record.ts';
import { readJson, writeJson } from '../../tools/launcher/home.ts';
import { findNatsServer } from '../../tools/nats/find-server.ts';
import { identify, isRunning, type ProcessIdentity } from '../../tools/processes/process-identity.ts';
import { launcherRecord, processRecord } from './run-directory.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Everything that a run writes or starts has its directory in here. */
    readonly runDirectory: string;
    readonly natsServer: string;
  }
}

const prefix = 'quittance-test-run-';
const ownerFile = 'owner.json';

/** A place for the run's files, which nothing survives: neither a failed test nor a run that was killed. */
export default async function openRunDirectory(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedRuns();
  const directory = await createRunDirectory();
  project.provide('runDirectory', directory);
  project.provide('natsServer', await findNatsServer(console.log));
  return () => removeRun(directory);
}

async function createRunDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  // PostgreSQL's own user has to pass through when the tests run as root.
  await chmod(directory, 0o711);
  await writeJson(join(directory, ownerFile), await identify(process.pid));
  return directory;
}

async function removeAbandonedRuns(): Promise<void> {
  const runs = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const run of runs) {
    const directory = join(tmpdir(), run);
    const owner = (await readJson(join(directory, ownerFile))) as ProcessIdentity | undefined;
    // Without an owner it is a run that begins at this moment.
    if (owner !== undefined && !(await isRunning(owner))) await removeRun(directory);
  }
}

/** Ends what the run's tests left: launchers first, which would start the others again. */
async function removeRun(directory: string): Promise<void> {
  const homes = await readdir(directory, { withFileTypes: true });
  const places = homes.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  await Promise.all(
    places.map(async (place) => {
      await endLeftovers(join(place, launcherRecord));
      await endLeftovers(join(place, processRecord));
    }),
  );
  await rm(directory, { recursive: true, force: true });
}
