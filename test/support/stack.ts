import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readDemoFile, type Demo } from '../../tools/demo/demo-file.ts';
import { ChildRecord } from '../../tools/launcher/child-record.ts';
import { Home, readJson } from '../../tools/launcher/home.ts';
import { services } from '../../tools/launcher/services.ts';
import { portsAfterFirst } from '../../tools/launcher/settings.ts';
import { freePortsInARow } from '../../tools/processes/free-port.ts';
import { identify } from '../../tools/processes/process-identity.ts';
import type { Exit } from '../../tools/processes/server-process.ts';
import type { ServiceName } from '../../tools/provisioning/service-databases.ts';
import { runProgram, type ConsoleProgram } from './console-program.ts';
import { fixtureDirectory, launcherRecord } from './run-directory.ts';
import { until } from './until.ts';

export type ProgramName = ServiceName | 'postgres' | 'nats';

/** The real thing, as `npm start` runs it, in a home and on ports of its own. */
export interface Stack {
  readonly demo: Demo;
  readonly home: Home;
  readonly launcher: ConsoleProgram;
  /** Where a service listens: `/readyz`, `/metrics`. */
  originOf(service: ServiceName): string;
  pidOf(program: ProgramName): Promise<number>;
  /** kill −9. The launcher starts it again; `isBack` waits for that. */
  kill(program: ProgramName): Promise<void>;
  /** Until the program that replaced a killed one serves. */
  isBack(program: ProgramName): Promise<void>;
  /** Silent without being dead, so that nobody starts it again. */
  freeze(program: ProgramName): Promise<void>;
  thaw(program: ProgramName): Promise<void>;
  /** kill −9 of the broker with the loss of everything that it stored. */
  wipeNats(): Promise<void>;
  logOf(program: ProgramName): Promise<string>;
  /** Ctrl-C and a look at how it ends. The home stays, for another start. */
  stop(): Promise<Exit>;
  remove(): Promise<void>;
}

export interface StackOptions {
  /** For the launcher and the services, such as FRAUD_DEADLINE_MS. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of an earlier stack, to go on from its data. */
  readonly home?: string;
  /** How it is started, as a person would type it. */
  readonly command?: string;
  /** What says that it has started. */
  readonly announced?: string;
}

/** Builds first when something changed, so that a single test file runs what is in the sources. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { environment = {}, home: place, command, announced = 'Quittance is ready' } = options;
  const home = new Home(place ?? (await fixtureDirectory('stack')));
  const firstPort = await freePortsInARow(portsAfterFirst + 1);
  const typed = command ?? `exec '${process.execPath}' tools/bootstrap.mjs start`;
  const launcher = runProgram('bash', ['-euc', typed], {
    env: { ...ownEnvironment(), ...environment, QUITTANCE_HOME: home.directory, PORT: String(firstPort) },
  });
  await new ChildRecord(join(home.directory, launcherRecord)).add('launcher', launcher.pid);
  await launcher.printed(announced);
  const demo = await readDemoFile(home);
  if (demo === undefined) throw new Error(`${home.demo} is missing or not as promised`);
  return { ...processControl(home, firstPort), demo, home, launcher, ...ending(home, launcher) };
}

function ending(home: Home, launcher: ConsoleProgram): Pick<Stack, 'stop' | 'remove'> {
  const stop = async (): Promise<Exit> => {
    launcher.signal('SIGINT');
    return launcher.exit;
  };
  return {
    stop,
    async remove() {
      await stop();
      await rm(home.directory, { recursive: true, force: true });
    },
  };
}

function processControl(home: Home, firstPort: number): Omit<Stack, 'demo' | 'home' | 'launcher' | 'stop' | 'remove'> {
  const killed = new Map<ProgramName, number>();
  const pidOf = async (program: ProgramName): Promise<number> => {
    const recorded = (await readJson(home.processes)) as Readonly<Record<string, { readonly pid: number }>>;
    const pid = recorded[program]?.pid;
    if (pid === undefined) throw new Error(`${program} does not run`);
    return pid;
  };
  const originOf = (service: ServiceName): string => {
    const offset = services.find(({ name }) => name === service)?.portOffset ?? 0;
    return `http://127.0.0.1:${firstPort + offset}`;
  };
  const kill = async (program: ProgramName): Promise<void> => {
    const pid = await pidOf(program);
    killed.set(program, pid);
    process.kill(pid, 'SIGKILL');
    await until(`the end of ${program}`, async () => (await identify(pid)) === undefined);
  };
  return {
    originOf,
    pidOf,
    kill,
    async isBack(program) {
      await until(`${program} to be started again`, async () => (await pidOf(program)) !== killed.get(program));
      if (program === 'postgres' || program === 'nats') return;
      await until(`${program} to serve again`, async () => (await fetch(`${originOf(program)}/readyz`)).ok);
    },
    freeze: async (program) => void process.kill(await pidOf(program), 'SIGSTOP'),
    thaw: async (program) => void process.kill(await pidOf(program), 'SIGCONT'),
    async wipeNats() {
      process.kill(await pidOf('nats'), 'SIGSTOP');
      await rm(home.natsStore, { recursive: true, force: true });
      await kill('nats');
    },
    logOf: (program) => readFile(home.log(program), 'utf8'),
  };
}

/** Where the person who runs the tests points their own Quittance is no business of a test's. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, NATS_URL: _nats, ...others } = process.env;
  return others;
}
