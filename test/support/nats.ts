import { cp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { ChildRecord } from '../../tools/launcher/child-record.ts';
import { Broker } from '../../tools/nats/broker.ts';
import { freePort } from '../../tools/processes/free-port.ts';
import { startProcess, type ServerProcess } from '../../tools/processes/server-process.ts';
import { fixtureDirectory, processRecord } from './run-directory.ts';
import { until } from './until.ts';

export interface TestNats {
  readonly url: string;
  /** kill −9: nothing is written any more. */
  kill(): Promise<void>;
  /** Removes every stream and message. Only of a server that is not running. */
  wipe(): Promise<void>;
  /** Keeps a copy of all streams and messages, and gives what puts it back. Both only of a server that is not running. */
  remember(): Promise<() => Promise<void>>;
  /** Starts it again on the same port, stopping it first when it still runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A nats-server of the test file's own, with JetStream in a directory that goes with it. */
export async function startNats(): Promise<TestNats> {
  const home = await fixtureDirectory('nats');
  const storeDirectory = join(home, 'store');
  const broker = new Broker({
    program: inject('natsServer'),
    storeDirectory,
    configFile: join(home, 'nats.conf'),
    logFile: join(home, 'nats.log'),
    port: await freePort(),
  });
  await broker.configure();
  const record = new ChildRecord(join(home, processRecord));
  let server = await start(broker, record);
  return {
    url: broker.url,
    async kill() {
      server.signal('SIGKILL');
      await server.exit;
    },
    async remember() {
      const copy = join(home, 'remembered');
      await cp(storeDirectory, copy, { recursive: true });
      return async () => {
        await rm(storeDirectory, { recursive: true, force: true });
        await rename(copy, storeDirectory);
      };
    },
    wipe: () => rm(storeDirectory, { recursive: true, force: true }),
    async restart() {
      await stop(server);
      server = await start(broker, record);
    },
    async stop() {
      await stop(server);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function start(broker: Broker, record: ChildRecord): Promise<ServerProcess> {
  const server = await startProcess(broker.recipe());
  await record.add('nats', server.pid);
  const dead = new AbortController();
  void server.exit.then(() => dead.abort());
  try {
    await until('nats-server with JetStream', () => broker.answers(), { signal: dead.signal });
  } catch (fault) {
    // Read only while somebody waits for the start: whoever stops a server removes its log, too.
    if (!server.hasEnded()) throw fault;
    throw new Error(`nats-server ended: ${await readFile(broker.place.logFile, 'utf8')}`, { cause: fault });
  }
  return server;
}

async function stop(server: ServerProcess): Promise<void> {
  if (!server.hasEnded()) await server.stop('SIGTERM', 5_000);
}
