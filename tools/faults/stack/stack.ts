import type { Home } from '../../launcher/home.ts';
import type { Addresses } from '../../launcher/services.ts';
import { freePortsInARow, loopback } from '../../processes/free-port.ts';
import { randomRolePasswords, randomSecret } from '../../provisioning/passwords.ts';
import { provision } from '../../provisioning/provision.ts';
import type { ServiceName } from '../../provisioning/service-databases.ts';
import type { KeptProgram } from './kept-program.ts';
import { portCount, portsFrom } from './ports.ts';
import { replicaProgram } from './replica.ts';
import { startServers, type Servers } from './servers.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { ProcessTree } from './process-tree.ts';

/** The services that run twice; the sandbox plays the world, of which there is one. */
type Replicated = Exclude<ServiceName, 'sandbox'>;

type Wire = 'postgres' | 'nats' | 'acquirers';

export interface StackPlace {
  readonly home: Home;
  /** The compiled tree that is put to the test. */
  readonly builtDirectory: string;
  readonly migrationsDirectory: string;
  readonly progress: (line: string) => void;
  /** Whether the servers' data is on disks that can be filled. */
  readonly onSmallDisks: boolean;
}

/** Two of every service, on servers of their own, with a wire in between that can be broken. */
export interface FaultStack extends Servers {
  readonly tree: ProcessTree;
  readonly sandbox: KeptProgram;
  readonly replicas: Readonly<Record<Replicated, readonly [KeptProgram, KeptProgram]>>;
  readonly wires: Readonly<Record<Wire, TcpProxy>>;
  /** Past the wires, like `databaseUrl` and `natsUrl`: for who prepares and judges. */
  readonly sandboxUrl: string;
  readonly adminKey: string;
  readonly apiUrls: readonly [string, string];
}

/** Settles when everything serves. Whatever has been started ends again when something else cannot be. */
export async function startStack(place: StackPlace): Promise<FaultStack> {
  const tree = new ProcessTree(place.home);
  try {
    const stack = await assemble(place, tree);
    await Promise.all([stack.sandbox, ...Object.values(stack.replicas).flat()].map((program) => program.start()));
    return stack;
  } catch (fault) {
    await tree.end();
    throw fault;
  }
}

async function assemble(place: StackPlace, tree: ProcessTree): Promise<FaultStack> {
  const ports = portsFrom(await freePortsInARow(portCount));
  const servers = await startServers({ ...place, ports, tree });
  const { databaseUrl, natsUrl } = servers;
  const rolePasswords = randomRolePasswords();
  await provision({ ownerUrl: databaseUrl, passwords: rolePasswords, migrationsDirectory: place.migrationsDirectory });

  const wires = {
    postgres: tree.addWire(await TcpProxy.listen(ports.postgresWire, ports.postgres)),
    nats: tree.addWire(await TcpProxy.listen(ports.natsWire, ports.nats)),
    acquirers: tree.addWire(await TcpProxy.listen(ports.acquirersWire, ports.of('sandbox', 0))),
  };
  const adminKey = `admin_${randomSecret()}`;
  const addressesOf = (service: ServiceName, replica: number): Addresses => ({
    // The world keeps its own record past the wire: its truth is what everything is held against.
    databaseUrl: service === 'sandbox' ? databaseUrl : withPort(databaseUrl, ports.postgresWire),
    natsUrl: withPort(natsUrl, ports.natsWire),
    rolePasswords,
    adminKey,
    playgroundKey: undefined,
    portOf(other) {
      if (other === service) return ports.of(service, replica);
      return other === 'sandbox' ? ports.acquirersWire : ports.of(other, 0);
    },
  });
  const kept = (name: ServiceName, replica: number): KeptProgram =>
    tree.addService(replicaProgram(name, replica, place, addressesOf(name, replica)));
  const pair = (name: Replicated): [KeptProgram, KeptProgram] => [kept(name, 0), kept(name, 1)];
  return {
    tree,
    ...servers,
    sandbox: kept('sandbox', 0),
    replicas: {
      api: pair('api'),
      orchestrator: pair('orchestrator'),
      fraud: pair('fraud'),
      settlement: pair('settlement'),
      webhooks: pair('webhooks'),
    },
    wires,
    sandboxUrl: `http://${loopback}:${ports.of('sandbox', 0)}`,
    adminKey,
    apiUrls: [`http://${loopback}:${ports.of('api', 0)}`, `http://${loopback}:${ports.of('api', 1)}`],
  };
}

function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href.replace(/\/$/, '');
}
