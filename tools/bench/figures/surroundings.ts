import { statfs } from 'node:fs/promises';
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { connect } from '@nats-io/transport-node';
import type pg from 'pg';

export interface Surroundings {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly durability: Readonly<Record<string, string>>;
}

/** As statfs names it; on it PostgreSQL's fsync reaches no disk. */
const tmpfsMagic = 0x01021994;

/** The settings on which a commit means what it says. */
const durabilitySettings = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'];

/** What the figures depend on beside the code. Without a server, as where nothing needed one, without its part. */
export async function describeSurroundings(servers?: { database: pg.Pool; natsUrl: string }): Promise<Surroundings> {
  const [first] = cpus();
  const { type: fileSystem } = await statfs(tmpdir());
  const settings = await servers?.database.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name = ANY ($1)`,
    [durabilitySettings],
  );
  const server = await servers?.database.query<{ server_version: string }>('SHOW server_version');
  return {
    machine: {
      cpu: first?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      system: `${type()} ${release()}`,
      // Above what the bench itself causes it tells that others were at work.
      loadBefore: Math.round((loadavg()[1] ?? 0) * 100) / 100,
    },
    versions: {
      node: process.version,
      ...(server === undefined ? {} : { postgresql: server.rows[0]?.server_version ?? 'unknown' }),
      ...(servers === undefined ? {} : { nats: await natsVersion(servers.natsUrl) }),
    },
    durability: {
      disk: fileSystem === tmpfsMagic ? 'memory: nothing here is durable' : 'disk',
      ...Object.fromEntries(settings?.rows.map(({ name, setting }) => [name, setting]) ?? []),
    },
  };
}

async function natsVersion(url: string): Promise<string> {
  const connection = await connect({ servers: url });
  const version = connection.info?.version ?? 'unknown';
  await connection.close();
  return version;
}
