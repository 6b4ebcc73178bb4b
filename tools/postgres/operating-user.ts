import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Obstacle } from '../obstacle.ts';

const run = promisify(execFile);

export interface OperatingUser {
  readonly uid: number;
  readonly gid: number;
}

const userName = 'postgres';

/** PostgreSQL refuses to run as root. For anyone else it runs as whoever calls, and the answer is undefined. */
export async function postgresOperatingUser(): Promise<OperatingUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await lookUp()) ?? (await create());
}

async function lookUp(): Promise<OperatingUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', userName]), run('id', ['-g', userName])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function create(): Promise<OperatingUser> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', userName]);
  } catch (fault) {
    throw new Obstacle(
      `PostgreSQL does not run as root, and the user "${userName}" could not be created.`,
      ['Start Quittance as an ordinary user.', 'Or point DATABASE_URL at a PostgreSQL of your own.'],
      { cause: fault },
    );
  }
  const created = await lookUp();
  if (created === undefined) throw new Obstacle(`The user "${userName}" was created but cannot be found.`);
  return created;
}
