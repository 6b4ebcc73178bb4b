import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { signalIfRunning } from '../processes/process-identity.ts';
import { until } from '../processes/until.ts';

/** A fast shutdown ends the sessions and writes a checkpoint; with 256 MB of buffers that takes a second or two. */
const fastShutdownMs = 5_000;
const killMs = 5_000;

/**
 * Ends a server that still works in the data directory though nobody supervises it, and the sessions that a killed server
 * leaves behind: they hold its shared memory, and no new server starts beside them.
 */
export async function clearLeftovers(dataDirectory: string): Promise<void> {
  // Elsewhere nothing tells who works in a directory; there PostgreSQL refuses to start beside another by itself.
  if (process.platform !== 'linux') return;
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const postmaster = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if ((await processesIn(dataDirectory)).includes(postmaster)) {
    signalIfRunning(postmaster, 'SIGINT');
    await allEnded(dataDirectory, fastShutdownMs).catch(() => undefined);
  }
  for (const pid of await processesIn(dataDirectory)) signalIfRunning(pid, 'SIGKILL');
  await allEnded(dataDirectory, killMs);
  // Its process id may be another program's by now, and then the new server would not dare to start.
  await rm(pidFile, { force: true });
}

async function allEnded(dataDirectory: string, deadlineMs: number): Promise<void> {
  await until(async () => (await processesIn(dataDirectory)).length === 0, {
    what: `the processes in ${dataDirectory} to end`,
    deadlineMs,
  });
}

/** By name and working directory: a person's shell may stand in the directory too. */
async function processesIn(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const inside = await Promise.all(
    pids.map(async (pid) => {
      const [place, name] = await Promise.all([
        readlink(`/proc/${pid}/cwd`).catch(() => undefined),
        readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
      ]);
      return place === directory && name.startsWith('postgres');
    }),
  );
  return pids.filter((_, index) => inside[index]);
}
