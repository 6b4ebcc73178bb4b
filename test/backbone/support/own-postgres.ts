import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChildRecord } from '../../../tools/launcher/child-record.ts';
import { Cluster } from '../../../tools/postgres/cluster.ts';
import { freePort } from '../../../tools/processes/free-port.ts';
import { startProcess, type ServerProcess } from '../../../tools/processes/server-process.ts';
import { randomSecret } from '../../../tools/provisioning/passwords.ts';
import { fixtureDirectory, processRecord } from '../../support/run-directory.ts';
import { until } from '../../support/until.ts';

/** A PostgreSQL that a test may kill: the run's shared one carries everybody else. Empty, reached as its owner. */
export interface OwnPostgres {
  readonly url: string;
  /** kill −9 of the server and all its sessions. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const home = await fixtureDirectory('own-postgres');
  const place = { dataDirectory: join(home, 'data'), logFile: join(home, 'postgres.log') };
  const cluster = await Cluster.at({ ...place, port: await freePort(), ownerPassword: randomSecret() });
  await cluster.initialise();
  const record = new ChildRecord(join(home, processRecord));
  let server = await begin(cluster, record);
  return {
    url: cluster.ownerUrl('postgres'),
    async kill() {
      server.signal('SIGKILL');
      await server.exit;
      await cluster.clearLeftovers();
    },
    async start() {
      server = await begin(cluster, record);
    },
    async stop() {
      if (!server.hasEnded()) await server.stop('SIGINT', 10_000);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function begin(cluster: Cluster, record: ChildRecord): Promise<ServerProcess> {
  const server = await startProcess(cluster.recipe());
  await record.add('postgres', server.pid);
  await until('PostgreSQL', () => cluster.answers(), { deadlineMs: 30_000 });
  return server;
}
