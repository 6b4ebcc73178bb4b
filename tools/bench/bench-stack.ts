import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import pg from 'pg';
import { readDemoFile, type Demo } from '../demo/demo-file.ts';
import { showDemo } from '../demo/show-demo.ts';
import { readJson } from '../launcher/home.ts';
import { Launcher } from '../launcher/launcher.ts';
import { postgresName } from '../launcher/programs.ts';
import { services } from '../launcher/services.ts';
import { portsAfterFirst } from '../launcher/settings.ts';
import { Terminal } from '../launcher/terminal.ts';
import { freePortsInARow } from '../processes/free-port.ts';
import { until } from '../processes/until.ts';
import type { DoorAddress } from './load/http-door.ts';
import type { ServiceName } from '../provisioning/service-databases.ts';

/** Whatever has been accepted in a run is worked off within this; it bounds a run that hangs. */
const quietMs = 600_000;
/** Counting reads the whole table; more often than this it would be part of the load. */
const quietPollMs = 250;

/**
 * For every service: logs of what is wrong only. Acquirers that answer at once, for it is not their time that is measured. And
 * an intake that turns nobody away, because parts of the bench stop on purpose what works the payments off.
 */
const environment = {
  LOG_LEVEL: 'warn',
  SANDBOX_TEMPERAMENT: 'even',
  INTAKE_BACKLOG_AGE_MAX_MS: '86400000',
  INTAKE_BACKLOG_EVENTS_MAX: '1000000000',
  INTAKE_QUEUE_WAIT_MAX_MS: '60000',
};

/** The whole system as `npm start` runs it, on ports and in a home of its own. */
export class BenchStack {
  readonly demo: Demo;
  readonly natsUrl: string;
  readonly database: pg.Pool;
  private readonly launcher: Launcher;

  private constructor(demo: Demo, database: pg.Pool, launcher: Launcher) {
    this.demo = demo;
    this.natsUrl = demo.natsUrl;
    this.database = database;
    this.launcher = launcher;
  }

  /** An aborted signal ends the start. Whatever was started is stopped when it does not come to its end. */
  static async start(signal: AbortSignal): Promise<BenchStack> {
    const screen = new PassThrough();
    const terminal = new Terminal(screen);
    const launcher = new Launcher(
      {
        settings: {
          home: await makeHome(),
          firstPort: await freePortsInARow(portsAfterFirst + 1),
          databaseUrl: undefined,
          natsUrl: undefined,
        },
        services: services.map((service) => ({
          ...service,
          environment: (addresses) => ({ ...service.environment(addresses), ...environment }),
        })),
        builtDirectory: resolve('dist'),
        migrationsDirectory: resolve('dist', 'migrations'),
        followsChanges: false,
        playgroundKey: undefined,
      },
      terminal,
    );
    try {
      await showDemo({ launcher, addresses: await launcher.start(signal), terminal, signal });
      const demo = await readDemoFile(launcher.home);
      if (demo === undefined) throw new Error('the demo merchant was not written down');
      const database = new pg.Pool({ connectionString: demo.databaseUrl });
      // PostgreSQL is started again by parts that need it otherwise; the pool makes new connections.
      database.on('error', () => undefined);
      return new BenchStack(demo, database, launcher);
    } catch (fault) {
      process.stderr.write(String(screen.read() ?? ''));
      await takeDown(launcher);
      throw fault;
    }
  }

  /** Where payments are asked for. */
  get api(): DoorAddress {
    return { url: this.demo.graphqlUrl, secretKey: this.demo.secretKey };
  }

  async halt(...names: readonly ServiceName[]): Promise<void> {
    await Promise.all(names.map((name) => this.launcher.supervisor.stop(name)));
  }

  /** What was halted serves again. */
  async resume(...names: readonly ServiceName[]): Promise<void> {
    await Promise.all(names.map((name) => this.launcher.supervisor.restart(name)));
  }

  /** Starts PostgreSQL again with another setting. Everything that uses it is better halted. */
  async setPostgres(setting: string, value: string): Promise<void> {
    await this.database.query(`ALTER SYSTEM SET ${pg.escapeIdentifier(setting)} = ${pg.escapeLiteral(value)}`);
    await this.launcher.supervisor.restart(postgresName);
  }

  async count(query: string): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>(query);
    return Number(rows[0]?.count ?? 0);
  }

  /** Until the answer is so many. */
  async counts(atLeast: number, query: string, what: string): Promise<void> {
    await until(async () => (await this.count(query)) >= atLeast, {
      what,
      deadlineMs: quietMs,
      everyMs: quietPollMs,
    });
  }

  /** Until every payment has come to rest, so that one measurement does not pay for the one before. */
  async quiet(): Promise<void> {
    await until(
      async () =>
        (await this.count(
          `SELECT count(*) FROM payments.payment WHERE state = 'processing' OR capture_pending > 0`,
        )) === 0,
      { what: 'all payments to come to rest', deadlineMs: quietMs, everyMs: quietPollMs },
    );
  }

  async pidOf(program: ServiceName | 'postgres' | 'nats'): Promise<number> {
    const processes = (await readJson(this.launcher.home.processes)) as Readonly<
      Record<string, { readonly pid: number }>
    >;
    const pid = processes[program]?.pid;
    if (pid === undefined) throw new Error(`${program} does not run`);
    return pid;
  }

  async stop(): Promise<void> {
    await this.database.end();
    await takeDown(this.launcher);
  }
}

/** PostgreSQL's user has to pass through it, or its data would be put elsewhere and outlive the bench. */
async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'quittance-bench-'));
  await chmod(home, 0o711);
  return home;
}

async function takeDown(launcher: Launcher): Promise<void> {
  await launcher.stop();
  await rm(launcher.home.directory, { recursive: true, force: true });
}
