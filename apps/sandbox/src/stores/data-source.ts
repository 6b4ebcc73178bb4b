import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { SandboxConfig } from '../sandbox.config.ts';

/** More connections than two cores can use at once, and few enough to leave the database to the services. */
const connectionsMax = 10;
/** A database that does not accept within this time counts as down. */
const connectTimeoutMs = 2_000;

/**
 * Statements for calls that come at once join a list of keys with a table. Each finds its rows by their keys, however few there were
 * when the connection planned it. `jit` off, because older servers take a discouraged plan for an expensive one.
 */
const rowsByKey = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((name) => `-c ${name}=off`);

/** Raw SQL only: no entities, and the schema belongs to the migrations. */
export function dataSourceOptions(config: SandboxConfig): TypeOrmModuleOptions {
  return {
    type: 'postgres',
    url: config.databaseUrl,
    applicationName: 'quittance-sandbox',
    poolSize: connectionsMax,
    connectTimeoutMS: connectTimeoutMs,
    // The launcher starts a process that died again; waiting here would hide why it cannot start.
    retryAttempts: 0,
    synchronize: false,
    logging: false,
    // Statements that are asked for together go out together, and the server carries them out in that order.
    extra: { pipeline: true, options: rowsByKey.join(' ') },
  };
}
