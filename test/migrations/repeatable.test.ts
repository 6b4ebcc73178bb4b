import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeDatabase } from '../../tools/generated/database/database-sql.ts';
import { migrate } from '../../tools/provisioning/migrate.ts';
import { provision } from '../../tools/provisioning/provision.ts';
import { schemas } from '../../tools/provisioning/service-databases.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const migrationsDirectory = resolve('migrations');

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

function provisionedAt(ownerUrl: string): Promise<void> {
  return provision({ ownerUrl, passwords: inject('postgres').passwords, migrationsDirectory });
}

async function ask<Row extends pg.QueryResultRow>(ownerUrl: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const counted = schemas
  .map((schema) => `SELECT '${schema}' AS schema, name FROM ${schema}.migration`)
  .join(' UNION ALL ');

describe('migrations that have run', () => {
  test.each(schemas)('of %s find nothing to do', async (schema) => {
    expect(await migrate({ ownerUrl: database.ownerUrl, migrationsDirectory, schema })).toBe(0);
  });

  test('leave everything as it is when all is provisioned again', async () => {
    const before = await describeDatabase(database.ownerUrl);
    await provisionedAt(database.ownerUrl);
    expect(await describeDatabase(database.ownerUrl)).toBe(before);
  });

  test('make the database that is committed for reading', async () => {
    expect(await describeDatabase(database.ownerUrl)).toBe(await readFile('docs/generated/database.sql', 'utf8'));
  });
});

describe('two that migrate an empty database at once', () => {
  const url = new URL(inject('postgres').templateUrl);
  const emptyName = `quittance_test_${randomBytes(6).toString('hex')}`;

  afterAll(() => ask(inject('postgres').templateUrl, `DROP DATABASE ${emptyName} WITH (FORCE)`));

  test('take turns, and each migration runs once', async () => {
    await ask(url.href, `CREATE DATABASE ${emptyName}`);
    const emptyUrl = Object.assign(new URL(url), { pathname: `/${emptyName}` }).href;
    await Promise.all([provisionedAt(emptyUrl), provisionedAt(emptyUrl)]);
    const once = await ask(database.ownerUrl, counted);
    expect(once.length).toBeGreaterThanOrEqual(schemas.length);
    expect(await ask(emptyUrl, counted)).toEqual(once);
  });
});
