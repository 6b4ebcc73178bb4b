import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ChildRecord } from '../../tools/launcher/child-record.ts';
import { Home, readJson } from '../../tools/launcher/home.ts';
import { portsAfterFirst } from '../../tools/launcher/settings.ts';
import { freePort, freePortsInARow } from '../../tools/processes/free-port.ts';
import { identify } from '../../tools/processes/process-identity.ts';
import { runProgram, type ConsoleProgram } from '../support/console-program.ts';
import { fixtureDirectory, launcherRecord } from '../support/run-directory.ts';
import { until } from '../support/until.ts';

const fixtureLauncher = 'test/launcher/fixture-launcher.ts';

interface Fixture {
  readonly home: Home;
  readonly firstPort: number;
  launch(environment?: Readonly<Record<string, string>>): ConsoleProgram;
  /** Stops whatever it launched that still runs, and removes the home. */
  end(): Promise<void>;
}

async function prepareFixture(): Promise<Fixture> {
  const home = new Home(await fixtureDirectory('launcher'));
  const firstPort = await freePortsInARow(portsAfterFirst + 1);
  const launched: ConsoleProgram[] = [];
  const record = new ChildRecord(join(home.directory, launcherRecord));
  return {
    home,
    firstPort,
    launch(environment = {}) {
      const program = runProgram(process.execPath, [fixtureLauncher], {
        env: { ...process.env, QUITTANCE_HOME: home.directory, PORT: String(firstPort), ...environment },
        detached: true,
      });
      launched.push(program);
      void record.add(`launcher ${launched.length}`, program.pid);
      return program;
    },
    async end() {
      for (const program of launched) {
        program.signal('SIGINT');
        await program.exit;
      }
      await rm(home.directory, { recursive: true, force: true });
    },
  };
}

async function fixtureOfThisTest(): Promise<Fixture> {
  const fixture = await prepareFixture();
  onTestFinished(() => fixture.end());
  return fixture;
}

async function pids(home: Home): Promise<Readonly<Record<string, number>>> {
  const recorded = (await readJson(home.processes)) as Readonly<Record<string, { readonly pid: number }>>;
  return Object.fromEntries(Object.entries(recorded).map(([name, { pid }]) => [name, pid]));
}

async function allGone(processes: Readonly<Record<string, number>>): Promise<void> {
  await until('every process to be gone', async () => {
    const left = await Promise.all(Object.values(processes).map(identify));
    return left.every((identity) => identity === undefined);
  });
}

describe('a running launcher', () => {
  let fixture: Fixture;
  let launcher: ConsoleProgram;

  beforeAll(async () => {
    fixture = await prepareFixture();
    launcher = fixture.launch({ ADMIN_KEY: "somebody else's", LOG_LEVEL: 'warn' });
    await launcher.printed('everything serves');
  });

  afterAll(() => fixture.end());

  test('starts a service that died again, and says so', async () => {
    await fetch(`http://127.0.0.1:${fixture.firstPort + 2}/exit`).catch(() => undefined);
    await launcher.printed('fraud died (exit code 4); starting it again');
    await launcher.printed('fraud serves again');
    expect((await fetch(`http://127.0.0.1:${fixture.firstPort + 2}/readyz`)).ok).toBe(true);
  });

  test.each(['postgres', 'nats'])('starts %s again after kill −9, and says so', async (name) => {
    const { [name]: pid = -1 } = await pids(fixture.home);
    process.kill(pid, 'SIGKILL');
    await launcher.printed(`${name} died (killed by SIGKILL)`);
    await launcher.printed(`${name} serves again`);
  });

  test('refuses a second start in the same home, naming the first', async () => {
    const second = fixture.launch({ PORT: '29000' });
    expect((await second.exit).code).toBe(1);
    expect(second.output()).toContain(`Quittance already runs here: process ${launcher.pid} since`);
    expect(second.output()).toContain('QUITTANCE_HOME=');
  });

  test('tells a start in another home which ports are taken, and by what they are needed', async () => {
    const other = await fixtureOfThisTest();
    const second = other.launch({ PORT: String(fixture.firstPort) });
    expect((await second.exit).code).toBe(1);
    expect(second.output()).toContain(`port ${fixture.firstPort} (api)`);
    expect(second.output()).toMatch(/PORT=\d+ npm start/);
  });

  test('gives each service its own role and leaves the owner to itself', async () => {
    const answer = await fetch(`http://127.0.0.1:${fixture.firstPort + 3}/`);
    const { environment } = (await answer.json()) as { environment: Record<string, string> };
    expect(new URL(environment['DATABASE_URL'] ?? '').username).toBe('quittance_settlement');
    expect(environment).toMatchObject({ SETTLEMENT_CUTOFF_SECONDS: '5', LOG_LEVEL: 'warn' });
    expect(environment).not.toHaveProperty('ADMIN_KEY');
    expect(environment).not.toHaveProperty('QUITTANCE_HOME');
  });

  test('keeps what only its user may read from others', async () => {
    expect((await stat(fixture.home.secrets)).mode & 0o077).toBe(0);
    expect((await stat(fixture.home.log('api'))).mode & 0o077).toBe(0);
  });
});

describe('an end', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s drains, then stops all, then is a success',
    async (signal) => {
      const fixture = await fixtureOfThisTest();
      const launcher = fixture.launch();
      await launcher.printed('everything serves');
      const running = await pids(fixture.home);
      launcher.signal(signal);
      expect(await launcher.exit).toEqual({ code: 0, signal: null });
      await allGone(running);
      expect(await readFile(fixture.home.log('fraud'), 'utf8')).toContain('drained');
      expect(await readFile(fixture.home.log('postgres'), 'utf8')).toContain('database system is shut down');
      expect(existsSync(fixture.home.lock)).toBe(false);
    },
  );

  test('by Ctrl-C, which the whole group hears, keeps the database for a service that still drains', async () => {
    const fixture = await fixtureOfThisTest();
    const launcher = fixture.launch();
    await launcher.printed('everything serves');
    const ownerUrl = await ownerUrlOf(fixture);
    await fetch(`http://127.0.0.1:${fixture.firstPort + 4}/hang`);
    process.kill(-launcher.pid, 'SIGINT');
    await until('the others to drain', async () =>
      (await readFile(fixture.home.log('api'), 'utf8')).includes('drained'),
    );
    expect(await query(ownerUrl, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
    expect((await launcher.exit).code).toBe(0);
    expect(launcher.output()).toContain('webhooks did not stop within 10.5 s and was killed');
  });

  test('while it still starts leaves nothing behind', async () => {
    const fixture = await fixtureOfThisTest();
    const launcher = fixture.launch();
    await launcher.printed('Starting PostgreSQL and NATS');
    launcher.signal('SIGINT');
    expect((await launcher.exit).code).toBe(0);
    await allGone(await pids(fixture.home).catch(() => ({})));
  });
});

test('five deaths of a service in a minute stop everything with its last log lines', async () => {
  const fixture = await fixtureOfThisTest();
  const launcher = fixture.launch({ DIES_AT_START: 'orchestrator' });
  expect((await launcher.exit).code).toBe(1);
  expect(launcher.output()).toContain('orchestrator died 5 times within a minute, the last time with exit code 3');
  expect(launcher.output()).toContain('cannot live with this configuration');
  expect(await pids(fixture.home)).toEqual({});
});

test('while code is being written, a service that cannot be kept alive stays down and the others go on', async () => {
  const fixture = await fixtureOfThisTest();
  const launcher = fixture.launch({ FOLLOWS_CHANGES: '1' });
  await launcher.printed('everything serves');
  const fraud = `http://127.0.0.1:${fixture.firstPort + 2}`;
  for (let death = 1; death <= 5; death += 1) {
    await until('fraud to serve', async () => (await fetch(`${fraud}/readyz`)).ok);
    await fetch(`${fraud}/exit`).catch(() => undefined);
  }
  await launcher.printed('it stays down until its code changes');
  expect((await fetch(`http://127.0.0.1:${fixture.firstPort}/readyz`)).ok).toBe(true);
  await expect(fetch(`${fraud}/readyz`)).rejects.toThrow();
});

test('after kill −9 of the launcher the next one ends the orphans and goes on from the same data', async () => {
  const fixture = await fixtureOfThisTest();
  const first = fixture.launch();
  await first.printed('everything serves');
  const orphans = await pids(fixture.home);
  const ownerUrl = await ownerUrlOf(fixture);
  await query(ownerUrl, 'CREATE TABLE public.kept AS SELECT 42 AS answer');
  first.signal('SIGKILL');
  await first.exit;

  const second = fixture.launch();
  await second.printed('everything serves');
  expect(second.output()).toContain('Ended what a killed launcher had left running: api, fraud, nats');
  await allGone(orphans);
  expect(await query(ownerUrl, 'SELECT answer FROM public.kept')).toEqual([{ answer: 42 }]);
});

test('servers of the person are used and neither started nor stopped', async () => {
  const foreign = await fixtureOfThisTest();
  const owner = foreign.launch();
  await owner.printed('everything serves');
  const databaseUrl = new URL(await ownerUrlOf(foreign));
  databaseUrl.pathname = '/somewhere_else';

  const fixture = await fixtureOfThisTest();
  const launcher = fixture.launch({
    DATABASE_URL: databaseUrl.href,
    NATS_URL: `nats://127.0.0.1:${foreign.firstPort + 7}`,
  });
  await launcher.printed('everything serves');
  expect(Object.keys(await pids(fixture.home)).sort()).toEqual([
    'api',
    'fraud',
    'orchestrator',
    'sandbox',
    'settlement',
    'webhooks',
  ]);
  const schemas = await query(databaseUrl.href, "SELECT 1 FROM pg_namespace WHERE nspname = 'books'");
  expect(schemas).toHaveLength(1);
  launcher.signal('SIGINT');
  expect((await launcher.exit).code).toBe(0);
  expect(await query(databaseUrl.href, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
});

describe('what stands in the way is said in one line with a remedy', () => {
  test.each([
    [{ PORT: 'many' }, 'PORT has to be a number; it is "many"'],
    [{ PORT: '65530' }, 'PORT has to leave room for the 7 ports after it'],
    [
      { DATABASE_URL: 'mysql://root:secret@localhost/x' },
      'DATABASE_URL has to read postgresql://owner:password@host:5432/database; it is "mysql://root:…@localhost/x"',
    ],
    [{ NATS_URL: 'localhost' }, 'NATS_URL has to read nats://'],
    [{ NATS_SERVER_BIN: '/bin/false' }, 'NATS_SERVER_BIN names /bin/false, which does not run as a nats-server'],
  ])('%o', async (environment, message) => {
    const fixture = await fixtureOfThisTest();
    const launcher = fixture.launch(environment);
    expect((await launcher.exit).code).toBe(1);
    expect(launcher.output()).toContain(message);
    expect(launcher.output()).not.toMatch(/\n {4}at /);
  });

  test('a PostgreSQL that is not there', async () => {
    const fixture = await fixtureOfThisTest();
    const port = await freePort();
    const launcher = fixture.launch({ DATABASE_URL: `postgresql://me:secret@127.0.0.1:${port}/quittance` });
    expect((await launcher.exit).code).toBe(1);
    expect(launcher.output()).toContain(`PostgreSQL at 127.0.0.1:${port} does not let me in`);
    expect(launcher.output()).not.toContain('secret');
  });

  test('something else where a nats-server should be', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const address = stranger.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const fixture = await fixtureOfThisTest();
    const launcher = fixture.launch({ NATS_URL: `nats://127.0.0.1:${port}` });
    expect((await launcher.exit).code).toBe(1);
    expect(launcher.output()).toContain('The nats-server at 127.0.0.1 cannot be reached');
  });
});

async function ownerUrlOf({ home, firstPort }: Fixture): Promise<string> {
  const { databaseOwnerPassword } = (await readJson(home.secrets)) as { databaseOwnerPassword: string };
  return `postgresql://quittance:${databaseOwnerPassword}@127.0.0.1:${firstPort + 6}/quittance`;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(sql)).rows;
  } finally {
    await client.end();
  }
}
