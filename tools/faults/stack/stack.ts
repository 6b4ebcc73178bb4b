import { Broker } from '../../nats/broker.ts';
import { findNatsServer } from '../../nats/find-server.ts';
import { ChildRecord } from '../../launcher/child-record.ts';
import type { Home } from '../../launcher/home.ts';
import { natsProgram, postgresProgram, serviceProgram } from '../../launcher/programs.ts';
import { services, type Addresses, type Service } from '../../launcher/services.ts';
import type { Program } from '../../launcher/supervisor.ts';
import { Cluster } from '../../postgres/cluster.ts';
import { freePortsInARow, loopback } from '../../processes/free-port.ts';
import { randomRolePasswords, randomSecret } from '../../provisioning/passwords.ts';
import { provision } from '../../provisioning/provision.ts';
import type { ServiceName } from '../../provisioning/service-databases.ts';
import { KeptProgram } from './kept-program.ts';
import { TcpProxy } from './tcp-proxy.ts';

const databaseName = 'quittance';

/** Acquirers that are silent are given up on sooner than in production, so that a short run sees many unknown outcomes. */
const acquirerTimeoutMs = 1_500;

/** The services that run twice; the sandbox plays the world, of which there is one. */
type Replicated = Exclude<ServiceName, 'sandbox'>;

export type Wire = 'postgres' | 'nats' | 'acquirers';

export interface StackPlace {
  readonly home: Home;
  /** The compiled tree that is put to the test. */
  readonly builtDirectory: string;
  readonly migrationsDirectory: string;
  readonly progress: (line: string) => void;
}

/** Two of every service, on servers of their own, with a wire in between that can be broken. */
export class FaultStack {
  readonly postgres: KeptProgram;
  readonly nats: KeptProgram;
  readonly natsStore: string;
  readonly sandbox: KeptProgram;
  readonly replicas: Readonly<Record<Replicated, readonly [KeptProgram, KeptProgram]>>;
  readonly wires: Readonly<Record<Wire, TcpProxy>>;
  /** Past the wires, for who prepares and judges. */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly sandboxUrl: string;
  readonly adminKey: string;
  readonly apiUrls: readonly [string, string];

  private constructor(parts: Omit<FaultStack, 'all' | 'stop' | 'readinessUrls'>) {
    this.postgres = parts.postgres;
    this.nats = parts.nats;
    this.natsStore = parts.natsStore;
    this.sandbox = parts.sandbox;
    this.replicas = parts.replicas;
    this.wires = parts.wires;
    this.databaseUrl = parts.databaseUrl;
    this.natsUrl = parts.natsUrl;
    this.sandboxUrl = parts.sandboxUrl;
    this.adminKey = parts.adminKey;
    this.apiUrls = parts.apiUrls;
  }

  static async start(place: StackPlace): Promise<FaultStack> {
    const { home, progress } = place;
    const record = new ChildRecord(home.processes);
    const ports = portsFrom(await freePortsInARow(portCount));
    const rolePasswords = randomRolePasswords();
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
    const postgres = new KeptProgram(postgresProgram(cluster), record);
    const nats = new KeptProgram(natsProgram(broker), record);
    await Promise.all([postgres.start(), nats.start()]);

    const databaseUrl = cluster.ownerUrl(databaseName);
    await provision({
      ownerUrl: databaseUrl,
      passwords: rolePasswords,
      migrationsDirectory: place.migrationsDirectory,
    });

    const wires = {
      postgres: await TcpProxy.listen(ports.postgresWire, ports.postgres),
      nats: await TcpProxy.listen(ports.natsWire, ports.nats),
      acquirers: await TcpProxy.listen(ports.acquirersWire, ports.of('sandbox', 0)),
    };
    const adminKey = `admin_${randomSecret()}`;
    const addressesOf = (service: ServiceName, replica: number): Addresses => ({
      // The world keeps its own record past the wire: its truth is what everything is held against.
      databaseUrl: service === 'sandbox' ? databaseUrl : withPort(databaseUrl, ports.postgresWire),
      natsUrl: withPort(broker.url, ports.natsWire),
      rolePasswords,
      adminKey,
      playgroundKey: undefined,
      portOf(other) {
        if (other === service) return ports.of(service, replica);
        return other === 'sandbox' ? ports.acquirersWire : ports.of(other, 0);
      },
    });
    const kept = (name: ServiceName, replica: number): KeptProgram =>
      new KeptProgram(replicaProgram(serviceNamed(name), replica, place, addressesOf(name, replica)), record);
    const pair = (name: Replicated): [KeptProgram, KeptProgram] => [kept(name, 0), kept(name, 1)];
    const stack = new FaultStack({
      postgres,
      nats,
      natsStore: home.natsStore,
      sandbox: kept('sandbox', 0),
      replicas: {
        api: pair('api'),
        orchestrator: pair('orchestrator'),
        fraud: pair('fraud'),
        settlement: pair('settlement'),
        webhooks: pair('webhooks'),
      },
      wires,
      databaseUrl,
      natsUrl: broker.url,
      sandboxUrl: `http://${loopback}:${ports.of('sandbox', 0)}`,
      adminKey,
      apiUrls: [`http://${loopback}:${ports.of('api', 0)}`, `http://${loopback}:${ports.of('api', 1)}`],
    });
    await Promise.all([stack.sandbox, ...Object.values(stack.replicas).flat()].map((program) => program.start()));
    return stack;
  }

  /** Every process of the tree, the servers last. */
  get all(): readonly KeptProgram[] {
    return [...Object.values(this.replicas).flat(), this.sandbox, this.nats, this.postgres];
  }

  async stop(): Promise<void> {
    await Promise.all([...Object.values(this.replicas).flat(), this.sandbox].map((program) => program.letGo()));
    await this.nats.letGo();
    await this.postgres.letGo();
    await Promise.all(Object.values(this.wires).map((wire) => wire.close()));
  }
}

/** The service as the launcher runs it, but for its name, its log and how long it waits for acquirers. */
function replicaProgram(service: Service, replica: number, place: StackPlace, addresses: Addresses): Program {
  const name = `${service.name}-${replica + 1}`;
  const program = serviceProgram(service, {
    home: place.home,
    builtDirectory: place.builtDirectory,
    needs: [],
    mayStayDown: false,
    addresses: () => addresses,
  });
  return {
    ...program,
    name,
    recipe() {
      const recipe = program.recipe();
      const env = { ...recipe.env, ACQUIRER_TIMEOUT_MS: String(acquirerTimeoutMs) };
      return { ...recipe, env, logFile: place.home.log(name) };
    },
  };
}

function serviceNamed(name: ServiceName): Service {
  const service = services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`the launcher knows no service ${name}`);
  return service;
}

function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href.replace(/\/$/, '');
}

const replicasMax = 2;
const portCount = services.length * replicasMax + 5;

interface Ports {
  readonly of: (service: ServiceName, replica: number) => number;
  readonly postgres: number;
  readonly nats: number;
  readonly postgresWire: number;
  readonly natsWire: number;
  readonly acquirersWire: number;
}

function portsFrom(first: number): Ports {
  const servers = first + services.length * replicasMax;
  return {
    of: (service, replica) => first + services.findIndex(({ name }) => name === service) * replicasMax + replica,
    postgres: servers,
    nats: servers + 1,
    postgresWire: servers + 2,
    natsWire: servers + 3,
    acquirersWire: servers + 4,
  };
}
