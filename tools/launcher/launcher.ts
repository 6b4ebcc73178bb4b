import { Broker } from '../nats/broker.ts';
import { findNatsServer } from '../nats/find-server.ts';
import { requireBroker } from '../nats/greeting.ts';
import { Cluster } from '../postgres/cluster.ts';
import { provision } from '../provisioning/provision.ts';
import { ChildRecord } from './child-record.ts';
import { findFullDisk, lookForRoom, roomNews, type Room } from './disk.ts';
import { Home } from './home.ts';
import { boundLogFiles } from './log-files.ts';
import type { NeededPort } from './ports.ts';
import { takePossession } from './possession.ts';
import { natsName, natsProgram, postgresName, postgresProgram, serviceProgram } from './programs.ts';
import type { Secrets } from './secrets.ts';
import { natsPortOffset, postgresPortOffset, type Addresses, type Service } from './services.ts';
import type { Settings } from './settings.ts';
import { Supervisor } from './supervisor.ts';
import type { Terminal } from './terminal.ts';

export interface LaunchPlan {
  readonly settings: Settings;
  readonly services: readonly Service[];
  /** The compiled tree. */
  readonly builtDirectory: string;
  readonly migrationsDirectory: string;
  /** Whether changed code is followed: `npm run dev`. */
  readonly followsChanges: boolean;
  /** The demo merchant's key of an earlier start, so that the api has it from the beginning. */
  readonly playgroundKey: string | undefined;
}

/** A burst writes a few megabytes a second: this is often enough to warn before it has filled what is left. */
const diskLookEveryMs = 5_000;

const databaseName = 'quittance';

/** Brings everything up in order, keeps it up, and takes it down in the opposite order. */
export class Launcher {
  readonly home: Home;
  readonly supervisor: Supervisor;
  private readonly plan: LaunchPlan;
  private readonly terminal: Terminal;
  private readonly watches: (() => void)[] = [];
  private release: () => Promise<void> = () => Promise.resolve();
  private known: Addresses | undefined;
  private playgroundKey: string | undefined;

  constructor(plan: LaunchPlan, terminal: Terminal) {
    this.plan = plan;
    this.playgroundKey = plan.playgroundKey;
    this.terminal = terminal;
    this.home = new Home(plan.settings.home);
    this.supervisor = new Supervisor({
      announce: (line) => terminal.line(line),
      record: new ChildRecord(this.home.processes),
      findObstacle: () => findFullDisk(this.home),
    });
  }

  /** Settles when every service serves. A signal that is aborted meanwhile ends it between two steps. */
  async start(signal: AbortSignal): Promise<Addresses> {
    const { settings, services } = this.plan;
    const possession = await takePossession(this.home, this.neededPorts(), settings.firstPort, this.terminal);
    this.release = possession.release;
    this.watchDiskAndLogs();
    signal.throwIfAborted();
    const { secrets } = possession;
    const [databaseUrl, natsUrl] = await this.terminal.task('Starting PostgreSQL and NATS', () =>
      this.startServers(secrets, signal),
    );
    this.known = this.addresses(secrets, databaseUrl, natsUrl);
    signal.throwIfAborted();
    await this.terminal.task('Preparing the database', () => this.migrate());
    signal.throwIfAborted();
    const names = services.map(({ name }) => name).join(', ');
    await this.terminal.task(`Starting ${names}`, () => this.startServices());
    return this.known;
  }

  /** What `migrations` gained since the last time. */
  async migrate(): Promise<void> {
    const { databaseUrl, rolePasswords } = this.knownAddresses();
    await provision({
      ownerUrl: databaseUrl,
      passwords: rolePasswords,
      migrationsDirectory: this.plan.migrationsDirectory,
      progress: (line) => this.terminal.line(`  ${line}`),
    });
  }

  /** The playground offers the key from now on. */
  async presetPlaygroundKey(key: string): Promise<void> {
    if (this.playgroundKey === key) return;
    this.playgroundKey = key;
    await this.supervisor.restart('api');
  }

  /** Services first, so that what they drain still finds the broker and the database; data stays. */
  async stop(): Promise<void> {
    for (const unwatch of this.watches) unwatch();
    await Promise.all(this.plan.services.map(({ name }) => this.supervisor.stop(name)));
    await this.supervisor.stop(natsName);
    await this.supervisor.stop(postgresName);
    await this.release();
  }

  /** When one cannot start, the other is not left half way: nobody would wait for it, nor end it. */
  private async startServers(secrets: Secrets, signal: AbortSignal): Promise<readonly [string, string]> {
    const trouble = new AbortController();
    const giveUp = (fault: unknown): never => {
      trouble.abort(fault);
      throw fault;
    };
    const together = AbortSignal.any([signal, trouble.signal]);
    const starting = [
      this.startPostgres(secrets, together).catch(giveUp),
      this.startNats(together).catch(giveUp),
    ] as const;
    await Promise.allSettled(starting);
    trouble.signal.throwIfAborted();
    return Promise.all(starting);
  }

  private async startPostgres(secrets: Secrets, signal: AbortSignal): Promise<string> {
    const { databaseUrl } = this.plan.settings;
    if (databaseUrl !== undefined) return databaseUrl;
    const place = {
      dataDirectory: this.home.postgresData,
      logFile: this.home.log(postgresName),
      port: this.portAt(postgresPortOffset),
      ownerPassword: secrets.databaseOwnerPassword,
    };
    const cluster = await Cluster.at(place, (line) => this.terminal.line(line));
    await cluster.initialise();
    signal.throwIfAborted();
    await this.supervisor.start(postgresProgram(cluster));
    return cluster.ownerUrl(databaseName);
  }

  private async startNats(signal: AbortSignal): Promise<string> {
    const { natsUrl } = this.plan.settings;
    if (natsUrl !== undefined) {
      await requireBroker(natsUrl);
      return natsUrl;
    }
    const broker = new Broker({
      program: await findNatsServer((line) => this.terminal.line(line)),
      storeDirectory: this.home.natsStore,
      configFile: this.home.natsConfig,
      logFile: this.home.log(natsName),
      port: this.portAt(natsPortOffset),
    });
    await broker.configure();
    signal.throwIfAborted();
    await this.supervisor.start(natsProgram(broker));
    return broker.url;
  }

  private async startServices(): Promise<void> {
    const place = {
      home: this.home,
      builtDirectory: this.plan.builtDirectory,
      needs: this.ownServers().map(({ by }) => by),
      mayStayDown: this.plan.followsChanges,
      addresses: () => ({ ...this.knownAddresses(), playgroundKey: this.playgroundKey }),
    };
    await Promise.all(this.plan.services.map((service) => this.supervisor.start(serviceProgram(service, place))));
  }

  private addresses(secrets: Secrets, databaseUrl: string, natsUrl: string): Addresses {
    const offsets = new Map(this.plan.services.map(({ name, portOffset }) => [name, portOffset]));
    return {
      databaseUrl,
      natsUrl,
      rolePasswords: secrets.rolePasswords,
      adminKey: secrets.adminKey,
      playgroundKey: undefined,
      portOf: (service) => this.portAt(offsets.get(service) ?? 0),
    };
  }

  private knownAddresses(): Addresses {
    if (this.known === undefined) throw new Error('the servers are not started yet');
    return this.known;
  }

  private neededPorts(): NeededPort[] {
    const ofServices = this.plan.services.map(({ name, portOffset }) => ({ port: this.portAt(portOffset), by: name }));
    return [...ofServices, ...this.ownServers()];
  }

  private ownServers(): NeededPort[] {
    const { databaseUrl, natsUrl } = this.plan.settings;
    return [
      ...(databaseUrl === undefined ? [{ port: this.portAt(postgresPortOffset), by: postgresName }] : []),
      ...(natsUrl === undefined ? [{ port: this.portAt(natsPortOffset), by: natsName }] : []),
    ];
  }

  private portAt(offset: number): number {
    return this.plan.settings.firstPort + offset;
  }

  private watchDiskAndLogs(): void {
    let room: Room = 'ample';
    const look = async (): Promise<void> => {
      const now = await lookForRoom(this.home);
      const news = roomNews(this.home, room, now);
      if (news !== undefined) this.terminal.line(news);
      room = now;
    };
    const timer = setInterval(() => void look().catch(() => undefined), diskLookEveryMs);
    const names = [postgresName, natsName, ...this.plan.services.map(({ name }) => name)];
    this.watches.push(() => clearInterval(timer), boundLogFiles(names.map((name) => this.home.log(name))));
  }
}
