import type { Home } from '../../launcher/home.ts';
import { natsProgram, postgresProgram } from '../../launcher/programs.ts';
import { Broker } from '../../nats/broker.ts';
import { findNatsServer } from '../../nats/find-server.ts';
import { Cluster } from '../../postgres/cluster.ts';
import { randomSecret } from '../../provisioning/passwords.ts';
import type { KeptProgram } from './kept-program.ts';
import type { Ports } from './ports.ts';
import type { ProcessTree } from './process-tree.ts';

const databaseName = 'quittance';

export interface ServersPlace {
  readonly home: Home;
  readonly ports: Ports;
  readonly tree: ProcessTree;
  readonly progress: (line: string) => void;
}

export interface Servers {
  readonly postgres: KeptProgram;
  readonly nats: KeptProgram;
  readonly databaseUrl: string;
  readonly natsUrl: string;
}

/** A PostgreSQL and a NATS as the launcher runs them, empty and serving. */
export async function startServers({ home, ports, tree, progress }: ServersPlace): Promise<Servers> {
  const cluster = await Cluster.at(
    {
      dataDirectory: home.postgresData,
      logFile: home.log('postgres'),
      port: ports.postgres,
      ownerPassword: randomSecret(),
    },
    progress,
  );
  const broker = new Broker({
    program: await findNatsServer(progress),
    storeDirectory: home.natsStore,
    configFile: home.natsConfig,
    logFile: home.log('nats'),
    port: ports.nats,
  });
  await Promise.all([cluster.initialise(), broker.configure()]);
  const postgres = tree.addServer(postgresProgram(cluster));
  const nats = tree.addServer(natsProgram(broker));
  await Promise.all([postgres.start(), nats.start()]);
  return { postgres, nats, databaseUrl: cluster.ownerUrl(databaseName), natsUrl: broker.url };
}
