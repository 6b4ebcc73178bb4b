import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readDemoFile, type Demo } from '../demo/demo-file.ts';
import { Home, readJson } from '../launcher/home.ts';
import { portsAfterFirst } from '../launcher/settings.ts';
import { freePortsInARow } from '../processes/free-port.ts';
import { until } from '../processes/until.ts';
import { createPayments } from './load.ts';

/** Starting includes the first migration and the sample payment. */
const startMs = 120_000;
/** Whatever has been accepted in a run is worked off within this; it bounds a run that hangs. */
const quietMs = 600_000;

/** Counting reads the whole table; more often than this it would be part of the load. */
const quietPollMs = 250;

/** The whole system as `npm start` runs it, on ports and in a home of its own. */
export class BenchStack {
  readonly demo: Demo;
  readonly home: Home;
  readonly database: pg.Client;
  private readonly launcher: ChildProcess;

  private constructor(demo: Demo, home: Home, database: pg.Client, launcher: ChildProcess) {
    this.demo = demo;
    this.home = home;
    this.database = database;
    this.launcher = launcher;
  }

  static async start(): Promise<BenchStack> {
    const home = new Home(await mkdtemp(join(tmpdir(), 'quittance-bench-')));
    const { DATABASE_URL: _database, NATS_URL: _nats, ...environment } = process.env;
    const launcher = spawn(process.execPath, ['tools/bootstrap.mjs', 'start'], {
      env: {
        ...environment,
        QUITTANCE_HOME: home.directory,
        PORT: String(await freePortsInARow(portsAfterFirst + 1)),
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const dead = new AbortController();
    launcher.once('exit', () => dead.abort(new Error('the stack ended before it was ready')));
    const demo = await until(() => readDemoFile(home), {
      what: 'the stack to be ready',
      deadlineMs: startMs,
      signal: dead.signal,
    });
    const database = new pg.Client({ connectionString: demo.databaseUrl });
    await database.connect();
    return new BenchStack(demo, home, database, launcher);
  }

  async count(query: string): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>(query);
    return Number(rows[0]?.count ?? 0);
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

  /** Makes payments until there are so many, and waits until they have come to rest. */
  async fillUp(payments: number): Promise<void> {
    const missing = payments - (await this.count('SELECT count(*) FROM payments.payment'));
    if (missing > 0) await createPayments(this.demo, { amount: missing, connections: 32 });
    await this.quiet();
  }

  /** The process of each service. */
  async pids(): Promise<Readonly<Record<string, number>>> {
    const processes = (await readJson(this.home.processes)) as Readonly<Record<string, { readonly pid: number }>>;
    return Object.fromEntries(Object.entries(processes).map(([name, { pid }]) => [name, pid]));
  }

  async stop(): Promise<void> {
    await this.database.end();
    if (this.launcher.exitCode === null) {
      this.launcher.kill('SIGINT');
      await once(this.launcher, 'exit');
    }
    await rm(this.home.directory, { recursive: true, force: true });
  }
}
