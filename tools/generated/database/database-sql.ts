import { join, resolve } from 'node:path';
import pg from 'pg';
import { randomRolePasswords } from '../../provisioning/passwords.ts';
import { provision } from '../../provisioning/provision.ts';
import { schemas } from '../../provisioning/service-databases.ts';
import { describeSchema, type SchemaDescription, type TableDescription } from './catalog.ts';
import { withScratchPostgres } from './scratch-postgres.ts';

/** Beside this very file, so that the compiled generator runs the compiled migrations. */
const migrationsDirectory = resolve(join(import.meta.dirname, '..', '..', '..', 'migrations'));

/** The schemas as all migrations leave them, read back from a real PostgreSQL. */
export function databaseSql(): Promise<string> {
  return withScratchPostgres(async (ownerUrl) => {
    await provision({ ownerUrl, passwords: randomRolePasswords(), migrationsDirectory });
    return describeDatabase(ownerUrl);
  });
}

export async function describeDatabase(ownerUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    // Names stand with their schema only where the search path does not lead to them.
    await client.query(`SET search_path = ''`);
    const described: string[] = [];
    for (const schema of schemas) described.push(printSchema(await describeSchema(client, schema)));
    return `${greeting}\n${described.join('\n')}`;
  } finally {
    await client.end();
  }
}

const greeting = `-- The database as the migrations leave it, read back from PostgreSQL by: npm run generate
-- For reading and for review. What is run are the migrations.
`;

function printSchema(schema: SchemaDescription): string {
  const { name, tables, views, functions, grants } = schema;
  return [
    `-- ${'─'.repeat(20)} ${name} ${'─'.repeat(20)}`,
    ...tables.map(printTable),
    ...views.map(({ statement }) => statement),
    ...functions.map(({ statement }) => `${statement.trimEnd()};`),
    grants.map(({ grant, roles }) => `${grant} TO ${roles};`).join('\n'),
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

function printTable(table: TableDescription): string {
  const lines = [...table.columns, ...table.constraints].map((line) => `  ${line}`);
  const after = [...table.indexes, ...table.triggers, ...table.policies, ...table.comments].map((line) => `${line};`);
  if (table.partOf !== null) return [`CREATE TABLE ${table.name} ${table.partOf};`, ...after].join('\n');
  const ending = table.ending === '' ? '' : ` ${table.ending}`;
  return [`CREATE TABLE ${table.name} (\n${lines.join(',\n')}\n)${ending};`, ...after].join('\n');
}
