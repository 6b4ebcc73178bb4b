import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { loopback } from '../processes/free-port.ts';
import type { Recipe } from '../processes/server-process.ts';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.ts';
import { postgresOperatingUser, type OperatingUser } from './operating-user.ts';
import { clearLeftovers } from './leftovers.ts';
import { reachableDataDirectory } from './reachability.ts';
import { asArguments, postgresSettings } from './settings.ts';

const run = promisify(execFile);

const ownerName = 'quittance';

export interface ClusterPlace {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly port: number;
  readonly ownerPassword: string;
}

/** One embedded PostgreSQL: where its data is, how it is started, and how the owner reaches it. */
export class Cluster {
  readonly place: ClusterPlace;
  private readonly binaries: PostgresBinaries;
  private readonly user: OperatingUser | undefined;

  private constructor(place: ClusterPlace, binaries: PostgresBinaries, user: OperatingUser | undefined) {
    this.place = place;
    this.binaries = binaries;
    this.user = user;
  }

  static async at(place: ClusterPlace, progress: (line: string) => void = () => undefined): Promise<Cluster> {
    const user = await postgresOperatingUser();
    const binaries = await findPostgresBinaries(user);
    const dataDirectory = await reachableDataDirectory(place.dataDirectory, user, progress);
    return new Cluster({ ...place, dataDirectory }, binaries, user);
  }

  /** Fills the data directory unless that was done. One that a crash left half filled is filled again. */
  async initialise(): Promise<void> {
    const { dataDirectory, ownerPassword } = this.place;
    const unfinishedMark = `${dataDirectory}.unfinished`;
    if (existsSync(join(dataDirectory, 'PG_VERSION')) && !existsSync(unfinishedMark)) return;
    await writeFile(unfinishedMark, '');
    await rm(dataDirectory, { recursive: true, force: true });
    await mkdir(dataDirectory, { mode: 0o700 });
    const passwordFile = `${dataDirectory}.password`;
    await writeFile(passwordFile, ownerPassword, { mode: 0o600 });
    if (this.user !== undefined) {
      await Promise.all([dataDirectory, passwordFile].map((path) => this.giveTo(path, this.user)));
    }
    try {
      await run(this.binaries.initdb, initdbArguments(dataDirectory, passwordFile), {
        cwd: dataDirectory,
        env: this.environment(),
        ...this.user,
      });
    } finally {
      await rm(passwordFile, { force: true });
    }
    await rm(unfinishedMark);
  }

  recipe(): Recipe {
    const { dataDirectory, logFile, port } = this.place;
    return {
      command: this.binaries.postgres,
      args: ['-D', dataDirectory, ...asArguments(postgresSettings(port))],
      env: this.environment(),
      cwd: dataDirectory,
      ...this.user,
      logFile,
    };
  }

  /** Ends what a killed predecessor left, so that the next start finds the directory its own. */
  clearLeftovers(): Promise<void> {
    return clearLeftovers(this.place.dataDirectory);
  }

  ownerUrl(database: string): string {
    return `postgresql://${ownerName}:${this.place.ownerPassword}@${loopback}:${this.place.port}/${database}`;
  }

  /** Throws until the server takes connections, which after a crash is when it has replayed its log. */
  async answers(): Promise<true> {
    const client = new pg.Client({ connectionString: this.ownerUrl('postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('SELECT 1');
      return true;
    } finally {
      await client.end();
    }
  }

  private async giveTo(path: string, user: OperatingUser | undefined): Promise<void> {
    if (user !== undefined) await chown(path, user.uid, user.gid);
  }

  /** PGDATA and its kin in the caller's environment would point the server elsewhere. */
  private environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
    return { ...Object.fromEntries(kept), LC_ALL: 'C' };
  }
}

/** The builtin locale sorts the same everywhere, whatever locales the machine has. */
function initdbArguments(dataDirectory: string, passwordFile: string): string[] {
  return [
    `--pgdata=${dataDirectory}`,
    `--username=${ownerName}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
}
