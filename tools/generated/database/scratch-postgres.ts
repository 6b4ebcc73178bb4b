import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '../../postgres/cluster.ts';
import { freePort } from '../../processes/free-port.ts';
import { startProcess } from '../../processes/server-process.ts';
import { until } from '../../processes/until.ts';
import { randomSecret } from '../../provisioning/passwords.ts';

/** It was just initialised; on the slowest machine seen that took two seconds. */
const startDeadlineMs = 30_000;
const stopGraceMs = 10_000;

/** Does the work with a PostgreSQL that lives only that long, and is gone afterwards whatever happened. */
export async function withScratchPostgres<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'quittance-scratch-postgres-'));
  // The server's own user has to pass through when we run as root.
  await chmod(home, 0o711);
  const cluster = await Cluster.at({
    dataDirectory: join(home, 'data'),
    logFile: join(home, 'postgres.log'),
    port: await freePort(),
    ownerPassword: randomSecret(),
  });
  await cluster.initialise();
  const server = await startProcess(cluster.recipe());
  const remove = async (): Promise<void> => {
    await server.stop('SIGINT', stopGraceMs);
    await rm(home, { recursive: true, force: true });
  };
  const leave = (): void => void remove().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  try {
    await until(() => cluster.answers(), { what: 'a PostgreSQL of our own', deadlineMs: startDeadlineMs });
    return await work(cluster.ownerUrl('quittance'));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, leave);
    await remove();
  }
}
