import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftovers } from '../../launcher/child-record.ts';
import { Home, readJson, writeJson } from '../../launcher/home.ts';
import { identify, isRunning, type ProcessIdentity } from '../../processes/process-identity.ts';
import { unmount } from './small-disk.ts';

const prefix = 'quittance-faults-';
const ownerFile = 'owner.json';
/** Beside a run that is kept for a person to look at. */
const keptFile = 'kept.json';

/** Where the servers' data is when it is on small disks. */
export function diskOf(home: Home, server: 'postgres' | 'nats'): string {
  return join(home.directory, `disk-${server}`);
}

/** A temporary home for one run. What earlier runs left that were killed is ended and removed first. */
export async function openHome(): Promise<Home> {
  await removeAbandoned();
  const directory = await mkdtemp(join(tmpdir(), prefix));
  // PostgreSQL's own user has to pass through when this runs as root.
  await chmod(directory, 0o711);
  await writeJson(join(directory, ownerFile), await identify(process.pid));
  const home = new Home(directory);
  await home.create();
  return home;
}

export async function removeHome(home: Home): Promise<void> {
  await leaveAlone(home);
  await rm(home.directory, { recursive: true, force: true });
}

/** Logs and histories stay; the servers' data goes, which nobody reads without a server. */
export async function keepHome(home: Home): Promise<void> {
  await leaveAlone(home);
  await rm(home.postgresData, { recursive: true, force: true });
  await rm(home.natsStore, { recursive: true, force: true });
  await writeJson(join(home.directory, keptFile), { since: new Date().toISOString() });
}

/** Nothing runs in it and nothing is mounted there any more. */
async function leaveAlone(home: Home): Promise<void> {
  await endLeftovers(home.processes);
  await unmount(diskOf(home, 'postgres'));
  await unmount(diskOf(home, 'nats'));
}

async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const home = new Home(join(tmpdir(), name));
    const owner = (await readJson(join(home.directory, ownerFile))) as ProcessIdentity | undefined;
    const kept = await readJson(join(home.directory, keptFile));
    if (owner !== undefined && kept === undefined && !(await isRunning(owner))) await removeHome(home);
  }
}
