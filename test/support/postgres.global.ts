import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ChildRecord } from '../../tools/launcher/child-record.ts';
import { Cluster } from '../../tools/postgres/cluster.ts';
import { freePort } from '../../tools/processes/free-port.ts';
import { startProcess } from '../../tools/processes/server-process.ts';
import { until } from '../../tools/processes/until.ts';
import { randomRolePasswords, randomSecret } from '../../tools/provisioning/passwords.ts';
import { provision } from '../../tools/provisioning/provision.ts';
import type { RolePasswords } from '../../tools/provisioning/service-databases.ts';
import openRunDirectory from './run-directory.global.ts';
import { processRecord } from './run-directory.ts';

/** What the run's one PostgreSQL is to every test file. */
export interface TestPostgres {
  readonly templateUrl: string;
  readonly passwords: RolePasswords;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: TestPostgres;
  }
}

/**
 * One PostgreSQL for the whole run, with a template database that is provisioned and migrated once. It runs with the
 * settings of `npm start`: a test on a database that forgets commits would prove nothing about ours.
 */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const removeRun = await openRunDirectory(project);
  const home = join(project.getProvidedContext().runDirectory, 'postgres');
  await mkdir(home);
  const cluster = await Cluster.at({
    dataDirectory: join(home, 'data'),
    logFile: join(home, 'postgres.log'),
    port: await freePort(),
    ownerPassword: randomSecret(),
  });
  await cluster.initialise();
  const server = await startProcess(cluster.recipe());
  await new ChildRecord(join(home, processRecord)).add('postgres', server.pid);
  await until(() => cluster.answers(), { what: `PostgreSQL (see ${cluster.place.logFile})`, deadlineMs: 30_000 });

  const templateUrl = cluster.ownerUrl(`quittance_template_${randomBytes(4).toString('hex')}`);
  const passwords = randomRolePasswords();
  await provision({ ownerUrl: templateUrl, passwords, migrationsDirectory: resolve('migrations') });
  project.provide('postgres', { templateUrl, passwords });
  return async () => {
    await server.stop('SIGINT', 10_000);
    await removeRun();
  };
}
