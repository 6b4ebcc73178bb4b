import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { Schema } from './service-databases.ts';

type MigrationClass = new () => MigrationInterface;

export interface MigrateOrder {
  readonly ownerUrl: string;
  readonly migrationsDirectory: string;
  readonly schema: Schema;
  readonly progress?: (line: string) => void;
}

/** Runs what the schema has not seen yet, each migration in a transaction of its own, and tells how many there were. */
export async function migrate(order: MigrateOrder): Promise<number> {
  const migrations = await readMigrations(join(order.migrationsDirectory, order.schema));
  if (migrations.length === 0) return 0;
  const dataSource = new DataSource({
    type: 'postgres',
    url: order.ownerUrl,
    schema: order.schema,
    migrations,
    migrationsTableName: 'migration',
  });
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    for (const migration of ran) order.progress?.(`${order.schema}: ${migration.name}`);
    return ran.length;
  } finally {
    await dataSource.destroy();
  }
}

/** Every class that a migration file of the folder exports; their names end in the timestamp that orders them. */
async function readMigrations(directory: string): Promise<MigrationClass[]> {
  if (!existsSync(directory)) return [];
  const files = (await readdir(directory)).filter((file) => /^\d+-.*\.[jt]s$/.test(file)).sort();
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(directory, file)).href) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) => Object.values(module).filter(isMigrationClass));
}

function isMigrationClass(exported: unknown): exported is MigrationClass {
  return typeof exported === 'function' && typeof exported.prototype?.up === 'function';
}
