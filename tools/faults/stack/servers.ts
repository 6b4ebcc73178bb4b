import { join } from 'node:path';
import type { Home } from '../../launcher/home.ts';
import { natsProgram, postgresProgram } from '../../launcher/programs.ts';
import { Broker } from '../../nats/broker.ts';
import { findNatsServer } from '../../nats/find-server.ts';
import { Cluster } from '../../postgres/cluster.ts';
import { randomSecret } from '../../provisioning/passwords.ts';
import { diskOf } from './home.ts';
import type { KeptProgram } from './kept-program.ts';
import type { Ports } from './ports.ts';
import type { ProcessTree } from './process-tree.ts';
import { SmallDisk } from './small-disk.ts';

const databaseName = 'quittance';

export interface ServersPlace {
  readonly home: Home;
  readonly ports: Ports;
  readonly tree: ProcessTree;
  readonly progress: (line: string) => void;
  /** Whether their data is on disks that can be filled. */
  readonly onSmallDisks: boolean;
}

/** Several runs of a few minutes, and its log. */
const postgresDiskMegabytes = 1_024;
const natsDiskMegabytes = 256;

export interface Servers {
  readonly postgres: KeptProgram;
  readonly nats: KeptProgram;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsStore: string;
  readonly disks: { readonly postgres: SmallDisk; readonly nats: SmallDisk } | undefined;
}

/** A PostgreSQL and a NATS as the launcher runs them, empty and serving. */
export async function startServers({ home, ports, tree, progress, onSmallDisks }: ServersPlace): Promise<Servers> {
  const disks = onSmallDisks ? await mountDisks(home) : undefined;
  const natsStore = disks === undefined ? home.natsStore : join(disks.nats.directory, 'store');
  const cluster = await Cluster.at(
    {
      dataDirectory: disks === undefined ? home.postgresData : join(disks.postgres.directory, 'data'),
      logFile: home.log('postgres'),
      port: ports.postgres,
      ownerPassword: randomSecret(),
    },
    progress,
  );
  const broker = new Broker({
    program: await findNatsServer(progress),
    storeDirectory: natsStore,
    configFile: home.natsConfig,
    logFile: home.log('nats'),
    port: ports.nats,
  });
  await Promise.all([cluster.initialise(), broker.configure()]);
  const postgres = tree.addServer(postgresProgram(cluster));
  const nats = tree.addServer(natsProgram(broker));
  await Promise.all([postgres.start(), nats.start()]);
  return { postgres, nats, databaseUrl: cluster.ownerUrl(databaseName), natsUrl: broker.url, natsStore, disks };
}

async function mountDisks(home: Home): Promise<NonNullable<Servers['disks']>> {
  return {
    postgres: await SmallDisk.mount(diskOf(home, 'postgres'), postgresDiskMegabytes),
    nats: await SmallDisk.mount(diskOf(home, 'nats'), natsDiskMegabytes),
  };
}
