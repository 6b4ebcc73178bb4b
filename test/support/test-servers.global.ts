import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findNatsServer } from '../../tools/nats/find-server.ts';
import { Cluster } from '../../tools/postgres/cluster.ts';
import { freePort } from '../../tools/processes/free-port.ts';
import { startProcess } from '../../tools/processes/server-process.ts';
import { until } from '../../tools/processes/until.ts';
import { randomRolePasswords, randomSecret } from '../../tools/provisioning/passwords.ts';
import { provision } from '../../tools/provisioning/provision.ts';
import type { RolePasswords } from '../../tools/provisioning/service-databases.ts';

/** What the run's one PostgreSQL is to every test file. */
export interface TestPostgres {
  readonly templateUrl: string;
  readonly passwords: RolePasswords;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: TestPostgres;
    readonly natsServer: string;
  }
}

/**
 * One PostgreSQL for the whole run, with a template database that is provisioned and migrated once. It runs with the
 * settings of `npm start`: a test on a database that forgets commits would prove nothing about ours.
 */
export default async function startTestServers(project: TestProject): Promise<() => Promise<void>> {
  const [stopPostgres, natsServer] = await Promise.all([startPostgres(project), findNatsServer(console.log)]);
  project.provide('natsServer', natsServer);
  return stopPostgres;
}

async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'quittance-test-postgres-'));
  // The server's own user has to pass through when the tests run as root.
  await chmod(home, 0o711);
  const cluster = await Cluster.at({
    dataDirectory: join(home, 'data'),
    logFile: join(home, 'postgres.log'),
    port: await freePort(),
    ownerPassword: randomSecret(),
  });
  await cluster.initialise();
  const server = await startProcess(cluster.recipe());
  await until(() => cluster.answers(), { what: `PostgreSQL (see ${cluster.place.logFile})`, deadlineMs: 30_000 });

  const templateUrl = cluster.ownerUrl(`quittance_template_${randomBytes(4).toString('hex')}`);
  const passwords = randomRolePasswords();
  await provision({ ownerUrl: templateUrl, passwords, migrationsDirectory: resolve('migrations') });
  project.provide('postgres', { templateUrl, passwords });
  return async () => {
    await server.stop('SIGINT', 10_000);
    await rm(home, { recursive: true, force: true });
  };
}
