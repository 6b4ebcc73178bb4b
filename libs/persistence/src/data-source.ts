import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { sqlOn, type Sql } from './sql.ts';

export interface DatabaseOptions {
  /** Query parameters are the driver's, for example `?sslmode=require`. */
  readonly url: string;
  readonly schema: string;
  /** Shown in pg_stat_activity, so that an operator can tell who holds a lock. */
  readonly applicationName: string;
  readonly poolSize: number;
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  /** How long a connection keeps its plans; two seconds by default. */
  readonly planLifetimeMs?: number;
}

/** How long a statement waits for a row lock: money rows are held for milliseconds, so this is a stuck peer, not a queue. */
const lockTimeoutMs = 5_000;
/** A frozen process must not keep its row locks: the server ends its transaction. No transaction waits for the outside world. */
const idleInTransactionTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;
/**
 * A server that was frozen or cut off does not close its connections; without this a caller would wait for it for a
 * quarter of an hour. Well above the wait for a lock, so that a slow answer is not taken for none.
 */
const answerTimeoutMs = 20_000;

/**
 * Money is bigint everywhere; the driver's default, a string, would concatenate where one meant to add. For this pool only:
 * the driver's own table is shared by everything in the process.
 */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, BigInt);

/** Errors: the driver's, when the database cannot be reached or refuses us. */
export async function openDataSource(options: DatabaseOptions): Promise<DataSource> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: withSessionSettings(options.url, options.schema),
    schema: options.schema,
    entities: options.entities,
    synchronize: false,
    logging: false,
    applicationName: options.applicationName,
    poolSize: options.poolSize,
    connectTimeoutMS: connectTimeoutMs,
    installExtensions: false,
    // Statements that are asked for together go out together, and the server carries them out in that order.
    extra: { query_timeout: answerTimeoutMs, keepAlive: true, types, pipeline: true },
  }).initialize();
  keepPlansFresh(poolOf(dataSource), options.planLifetimeMs ?? planLifetimeMsDefault);
  return dataSource;
}

/**
 * Every statement of ours looks up a page of rows by their keys, in an index. A planner that has no statistics yet, or an
 * empty table before it, prefers to read and join whole tables, and keeps that plan for minutes while they grow: after a
 * first start each batch read all payments. `jit` off, because older servers take a discouraged plan for an expensive one.
 */
const rowsByKey = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((name) => `-c ${name}=off`);

/**
 * To plan a statement about one payment takes several times as long as to carry it out, so a connection plans each once, for
 * whatever values come. A plan is right for the tables of its moment: in a nearly empty one the wrong index is as good as the
 * right one, and until the first analyze each payment would be looked for among all of its merchant's. So no plan gets old
 * enough for the first burst of a system to outgrow it.
 */
const plannedOnce = '-c plan_cache_mode=force_generic_plan';
const planLifetimeMsDefault = 2_000;

function keepPlansFresh(pool: pg.Pool, lifetimeMs: number): void {
  const plannedAtMs = new WeakMap<pg.PoolClient, number>();
  pool.on('acquire', (client) => {
    const nowMs = performance.now();
    const sinceMs = plannedAtMs.get(client);
    if (sinceMs !== undefined && nowMs - sinceMs < lifetimeMs) return;
    plannedAtMs.set(client, nowMs);
    // It leaves in one packet with what the connection was asked for. Where it fails, that fails and tells why.
    if (sinceMs !== undefined) client.query('DISCARD PLANS').catch(() => undefined);
  });
}

/** What the operator wrote into `?options=` prevails over our limits and plans, and the schema over everything: it is no option. */
function withSessionSettings(url: string, schema: string): string {
  const complete = new URL(url);
  const settings = [
    `-c lock_timeout=${lockTimeoutMs}`,
    `-c idle_in_transaction_session_timeout=${idleInTransactionTimeoutMs}`,
    ...rowsByKey,
    plannedOnce,
    complete.searchParams.get('options') ?? '',
    `-c search_path=${schema}`,
    // Whoever waited for a row lock must see what its holder committed, whatever the server's own default is.
    String.raw`-c default_transaction_isolation=read\ committed`,
    '-c timezone=UTC',
  ];
  complete.searchParams.set('options', settings.join(' '));
  return complete.href;
}

/** The pool that the data source owns. The unit of work borrows its connections here, to see how each COMMIT was answered. */
export function poolOf(dataSource: DataSource): pg.Pool {
  return (dataSource.driver as PostgresDriver).master as pg.Pool;
}

/** Single statements outside a unit of work, each its own transaction. */
export function sqlOf(dataSource: DataSource): Sql {
  return sqlOn(poolOf(dataSource));
}

/**
 * Refuses a database that may forget what it acknowledged: with `synchronous_commit = off` rows are seen before they are
 * durable, and the relay would publish ghosts. `full_page_writes` is not asked for: storage that never tears a page
 * rightly does without.
 */
export async function assertDurable(dataSource: DataSource): Promise<void> {
  const rows = await sqlOf(dataSource).query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync')`,
  );
  const off = rows.filter((row) => row.setting === 'off').map((row) => row.name);
  if (off.length > 0) {
    throw new Error(
      `PostgreSQL runs with ${off.join(' and ')} = off: acknowledged payments could vanish. Turn it on for this database and role.`,
    );
  }
}
