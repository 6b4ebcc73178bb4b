import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { provision } from '../../tools/provisioning/provision.ts';
import { roles, serviceNames, type ServiceName } from '../../tools/provisioning/service-databases.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let migrationsDirectory: string;

beforeAll(async () => {
  database = await createDatabase();
  migrationsDirectory = await mkdtemp(join(tmpdir(), 'quittance-migrations-'));
});

afterAll(async () => {
  await database.drop();
  await rm(migrationsDirectory, { recursive: true, force: true });
});

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function provisionAgain(): Promise<void> {
  return provision({ ownerUrl: database.ownerUrl, passwords: inject('postgres').passwords, migrationsDirectory });
}

async function writeMigration(schema: string, file: string, className: string, statement: string): Promise<void> {
  await mkdir(join(migrationsDirectory, schema), { recursive: true });
  await writeFile(
    join(migrationsDirectory, schema, file),
    `export class ${className} {
      async up(runner) { await runner.query(\`${statement}\`); }
      async down() {}
    }`,
  );
}

describe('roles', () => {
  test.each(serviceNames)('%s logs in as its own role', async (service: ServiceName) => {
    const rows = await query<{ name: string }>(database.urlFor(service), 'SELECT current_user AS name');
    expect(rows).toEqual([{ name: `quittance_${service}` }]);
  });

  test('none of them may create roles, databases or bypass row security', async () => {
    const rows = await query(
      database.ownerUrl,
      `SELECT rolname FROM pg_roles WHERE rolname = ANY('{${roles.join(',')}}')
         AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)`,
    );
    expect(rows).toEqual([]);
  });

  test('a password that was changed behind our back is set to ours', async () => {
    await query(database.ownerUrl, `ALTER ROLE quittance_webhooks PASSWORD 'somebody else''s'`);
    await expect(query(database.urlFor('webhooks'), 'SELECT 1')).rejects.toThrow('password authentication failed');
    await provisionAgain();
    await expect(query(database.urlFor('webhooks'), 'SELECT 1')).resolves.toHaveLength(1);
  });
});

describe('migrations', () => {
  test('run once each, in order of their timestamps, and are counted in their own schema', async () => {
    await writeMigration(
      'fraud',
      '1763600000002-second.ts',
      'Second1763600000002',
      'INSERT INTO fraud.seen VALUES (2)',
    );
    await writeMigration('fraud', '1763600000001-first.ts', 'First1763600000001', 'CREATE TABLE fraud.seen (n int)');
    await provisionAgain();
    await provisionAgain();
    expect(await query(database.ownerUrl, 'SELECT n FROM fraud.seen')).toEqual([{ n: 2 }]);
    expect(await query(database.ownerUrl, 'SELECT name FROM fraud.migration ORDER BY timestamp DESC LIMIT 2')).toEqual([
      { name: 'Second1763600000002' },
      { name: 'First1763600000001' },
    ]);
  });

  test('a failing one leaves nothing of itself and everything of those before it', async () => {
    await writeMigration('books', '1763600000001-good.ts', 'Good1763600000001', 'CREATE TABLE books.good (n int)');
    await writeMigration(
      'books',
      '1763600000002-bad.ts',
      'Bad1763600000002',
      'CREATE TABLE books.bad (n int); SELECT 1/0',
    );
    await expect(provisionAgain()).rejects.toThrow('division by zero');
    const tables = await query(
      database.ownerUrl,
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'books' AND table_name IN ('good', 'bad')",
    );
    expect(tables).toEqual([{ table_name: 'good' }]);
  });
});
