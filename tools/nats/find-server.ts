import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { Obstacle } from '../obstacle.ts';
import { fetchFromDebian } from './debian-archive.ts';
import { fetchReleaseArchive } from './release-archive.ts';
import { formatVersion, isNewEnough, serverVersion, versionMin } from './server-version.ts';

const programName = 'nats-server';

/**
 * The nats-server to run: the one that was named, a good one on the path, the one fetched before, or one fetched now.
 * `progress` hears of a fetch, which takes seconds; the others take none.
 */
export async function findNatsServer(progress: (line: string) => void = () => undefined): Promise<string> {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') return acceptNamed(named);
  const refusals: string[] = [];
  for (const program of [...programsOnPath(), ...(await programsInCache())]) {
    const version = await serverVersion(program);
    if (version !== undefined && isNewEnough(version)) return program;
    refusals.push(`${program} ${version === undefined ? 'does not run' : `is only ${formatVersion(version)}`}`);
  }
  for (const { where, fetch } of sources) {
    progress(`Fetching nats-server from ${where}…`);
    try {
      return await fetchIntoCache(fetch);
    } catch (fault) {
      refusals.push(`${where}: ${reasonOf(fault)}`);
    }
  }
  throw notFound(refusals);
}

interface Source {
  readonly where: string;
  /** Unpacks into the directory and returns the program. */
  readonly fetch: (into: string) => Promise<string>;
}

/** In this order: the project's own release, then what Debian makes of it. */
const sources: readonly Source[] = [
  { where: 'its release archive', fetch: (into) => fetchReleaseArchive(into) },
  { where: "this machine's Debian mirror", fetch: (into) => fetchFromDebian(into, isGoodServer) },
];

async function isGoodServer(program: string): Promise<boolean> {
  const version = await serverVersion(program);
  return version !== undefined && isNewEnough(version);
}

/** A failed request says why only in its cause. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error ? `${fault.message} (${fault.cause.message})` : fault.message;
}

async function acceptNamed(program: string): Promise<string> {
  const version = await serverVersion(program);
  if (version !== undefined && isNewEnough(version)) return program;
  throw new Obstacle(
    version === undefined
      ? `NATS_SERVER_BIN names ${program}, which does not run as a nats-server.`
      : `NATS_SERVER_BIN names nats-server ${formatVersion(version)}; ${formatVersion(versionMin)} or newer is needed.`,
    ['Name another one, or unset NATS_SERVER_BIN to let Quittance find one.'],
  );
}

function programsOnPath(): string[] {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, programName)).filter((program) => existsSync(program));
}

async function programsInCache(): Promise<string[]> {
  const versions = await readdir(cacheDirectory()).catch(() => []);
  return versions
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => join(cacheDirectory(), version, programName))
    .filter((program) => existsSync(program));
}

/** Shared by every checkout of this user: the server is the same for all of them. */
function cacheDirectory(): string {
  const userCache = platform() === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  return join(process.env['XDG_CACHE_HOME'] || userCache, 'quittance', programName);
}

/** Appears in the cache whole or not at all: two launchers may fetch at once. */
async function fetchIntoCache(fetch: Source['fetch']): Promise<string> {
  await mkdir(cacheDirectory(), { recursive: true });
  const arriving = await mkdtemp(join(cacheDirectory(), '.arriving-'));
  try {
    const program = await fetch(arriving);
    const version = await serverVersion(program);
    if (version === undefined) throw new Error('it does not run on this machine');
    const place = join(cacheDirectory(), formatVersion(version));
    await mkdir(place, { recursive: true });
    await copyFile(program, join(arriving, programName));
    await chmod(join(arriving, programName), 0o755);
    await rename(join(arriving, programName), join(place, programName));
    return join(place, programName);
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

function notFound(refusals: readonly string[]): Obstacle {
  const least = formatVersion(versionMin);
  return new Obstacle(`There is no nats-server ${least} or newer here, and none could be fetched.`, [
    `Install one (https://docs.nats.io, "brew install nats-server", or your distribution's package) and start again.`,
    'Or name its file: NATS_SERVER_BIN=/path/to/nats-server npm start',
    'Or use a server that runs elsewhere, with JetStream on: NATS_URL=nats://host:4222 npm start',
    ...refusals.map((refusal) => `Tried: ${refusal}`),
  ]);
}
