import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  schemas,
  serviceDatabases,
  serviceNames,
  roles,
  type Role,
  type Schema,
  type ServiceName,
} from '../../tools/provisioning/service-databases.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { functionsOf, rightsOf, type Rights } from './rights-by-hand.ts';

/** SQLSTATE of PostgreSQL: the role lacks the privilege. Whatever else goes wrong is not a refusal. */
const insufficientPrivilege = '42501';

/** What has happened stays: nobody but the owner changes or removes it, and the books refuse even the owner. */
const appendOnly = [
  'payments.event',
  'payments.routing_configuration',
  'fraud.event',
  'fraud.assessment',
  'books.event',
  'books.journal',
  'books.entry',
  'books.batch',
  'feed.merchant_event',
  'feed.delivery_attempt',
  'sandbox.effect',
] as const;

interface Relation {
  readonly schema: Schema;
  /** With its schema, as it is written in a statement. */
  readonly name: string;
  /** Those that may be written by whom the table lets write. A privilege may be on one alone. */
  readonly columns: readonly string[];
  readonly writable: boolean;
}

interface CallableFunction {
  readonly name: string;
  readonly mayCall: readonly Role[];
}

let database: TestDatabase;
let relations: readonly Relation[];
let functions: readonly CallableFunction[];
const connections = new Map<ServiceName, pg.Client>();

beforeAll(async () => {
  database = await createDatabase();
  relations = await everyRelation(database.ownerUrl);
  functions = await everyFunction(database.ownerUrl);
  for (const service of serviceNames) {
    const client = new pg.Client({ connectionString: database.urlFor(service) });
    await client.connect();
    connections.set(service, client);
  }
});

afterAll(async () => {
  for (const client of connections.values()) await client.end();
  await database.drop();
});

async function ask<Row extends pg.QueryResultRow>(ownerUrl: string, text: string, values: unknown[]): Promise<Row[]> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    return (await owner.query<Row>(text, values)).rows;
  } finally {
    await owner.end();
  }
}

/** Tables, their partitions and views. */
function everyRelation(ownerUrl: string): Promise<Relation[]> {
  return ask<Relation & pg.QueryResultRow>(
    ownerUrl,
    `SELECT nspname AS schema, format('%I.%I', nspname, relname) AS name, relkind IN ('r', 'p') AS writable,
       ARRAY(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
         AND NOT attisdropped AND attidentity = '' AND attgenerated = '') AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE nspname = ANY($1) AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 2`,
    [schemas],
  );
}

/** All but the triggers, with the roles that may call them. A function that anybody may call is called by each. */
function everyFunction(ownerUrl: string): Promise<CallableFunction[]> {
  return ask<CallableFunction & pg.QueryResultRow>(
    ownerUrl,
    `SELECT format('%I.%I', nspname, proname) AS name,
       ARRAY(SELECT role FROM unnest($2::text[]) AS role
         WHERE has_schema_privilege(role, nspname, 'USAGE') AND has_function_privilege(role, p.oid, 'EXECUTE')) AS "mayCall"
     FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
     WHERE nspname = ANY($1) AND prorettype <> 'trigger'::regtype ORDER BY 1`,
    [schemas, roles],
  );
}

type Attempt = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

/** None of these touches a row where it is allowed, apart from INSERT, which then fails for want of values. */
const statementsFor: Readonly<Record<Attempt, (relation: Relation) => string[]>> = {
  SELECT: ({ name }) => [`SELECT FROM ${name} LIMIT 0`],
  INSERT: ({ name }) => [`INSERT INTO ${name} DEFAULT VALUES`],
  UPDATE: ({ name, columns }) => columns.map((column) => updateOf(name, column)),
  DELETE: ({ name }) => [`DELETE FROM ${name} WHERE false`],
  TRUNCATE: ({ name }) => [`TRUNCATE ${name}`],
};

function updateOf(name: string, column: string): string {
  return `UPDATE ${name} SET ${column} = NULL WHERE false`;
}

async function isRefused(service: ServiceName, statement: string): Promise<boolean> {
  const client = connections.get(service);
  if (client === undefined) throw new Error(`${service} is not connected`);
  await client.query('BEGIN');
  try {
    await client.query(statement);
    return false;
  } catch (fault) {
    return fault instanceof pg.DatabaseError && fault.code === insufficientPrivilege;
  } finally {
    await client.query('ROLLBACK');
  }
}

async function isAnyAllowed(service: ServiceName, statements: readonly string[]): Promise<boolean> {
  for (const statement of statements) if (!(await isRefused(service, statement))) return true;
  return false;
}

/** `SELECT feed.endpoint` for each attempt that was not refused. */
async function allowed(
  service: ServiceName,
  attempts: readonly Attempt[],
  within: (relation: Relation) => boolean,
): Promise<string[]> {
  const done: string[] = [];
  for (const relation of relations.filter(within)) {
    for (const attempt of attempts) {
      if (attempt !== 'SELECT' && !relation.writable) continue;
      if (await isAnyAllowed(service, statementsFor[attempt](relation))) done.push(`${attempt} ${relation.name}`);
    }
  }
  return done;
}

/** What the role turns out to be able to do, in the words of the table. */
async function rightsFound(service: ServiceName): Promise<Rights> {
  const found: Record<string, string> = {};
  for (const relation of relations) {
    const attempts: Attempt[] = relation.writable ? ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] : ['SELECT'];
    const words: string[] = [];
    for (const attempt of attempts) {
      if (attempt === 'UPDATE') words.push(...(await updateFound(service, relation)));
      else if (await isAnyAllowed(service, statementsFor[attempt](relation))) words.push(attempt);
    }
    if (words.length > 0) found[relation.name] = words.join(' ');
  }
  return found;
}

async function updateFound(service: ServiceName, { name, columns }: Relation): Promise<string[]> {
  const changeable: string[] = [];
  for (const column of columns) {
    if (!(await isRefused(service, updateOf(name, column)))) changeable.push(column);
  }
  if (changeable.length === 0) return [];
  return [changeable.length === columns.length ? 'UPDATE' : `UPDATE(${changeable.sort().join(' ')})`];
}

test('there is something to refuse in every schema', () => {
  expect(new Set(relations.map(({ schema }) => schema))).toEqual(new Set(schemas));
  expect(relations.length).toBeGreaterThan(40);
});

describe.each(serviceNames)('the role of %s', (service) => {
  const { schema } = serviceDatabases[service];

  test('may do with each table what is written by hand, and nothing else', async () => {
    expect(await rightsFound(service)).toEqual(rightsOf[service]);
  });

  test('calls the functions that are written by hand, and no other', async () => {
    const called = functions.filter(({ mayCall }) => mayCall.includes(serviceDatabases[service].role));
    expect(called.map(({ name }) => name)).toEqual(functionsOf[service]);
  });

  test('cannot change what has happened', async () => {
    const own = (relation: Relation): boolean =>
      relation.schema === schema && appendOnly.some((name) => isOrPartOf(relation.name, name));
    expect(await allowed(service, ['UPDATE', 'DELETE', 'TRUNCATE'], own)).toEqual([]);
  });

  test('cannot forge the record of migrations', async () => {
    const record = (relation: Relation): boolean => relation.name === `${schema}.migration`;
    expect(await allowed(service, ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'], record)).toEqual([]);
  });

  test('empties no table', async () => {
    expect(await allowed(service, ['TRUNCATE'], () => true)).toEqual([]);
  });

  test.each<[what: string, statement: string]>([
    ['a table', `CREATE TABLE ${schema}.planted (n int)`],
    ['a table in public', `CREATE TABLE public.planted (n int)`],
    ['a view', `CREATE VIEW ${schema}.planted AS SELECT 1 AS n`],
    ['a function', `CREATE FUNCTION ${schema}.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
    ['a schema', 'CREATE SCHEMA planted'],
    ['a role', 'CREATE ROLE planted'],
  ])('creates not so much as %s', async (_what, statement) => {
    expect(await isRefused(service, statement)).toBe(true);
  });

  test('becomes nobody else', async () => {
    for (const other of serviceNames.filter((name) => name !== service)) {
      expect(await isRefused(service, `SET ROLE ${serviceDatabases[other].role}`)).toBe(true);
    }
    expect(await isRefused(service, 'SET ROLE quittance')).toBe(true);
  });
});

test('every append-only table exists', () => {
  const names = new Set(relations.map(({ name }) => name));
  expect(appendOnly.filter((name) => !names.has(name))).toEqual([]);
});

/** `payments.event_20261121` and `payments.event_out_of_range` are parts of `payments.event`. */
function isOrPartOf(name: string, table: string): boolean {
  return name === table || (table.endsWith('.event') && name.startsWith(`${table}_`));
}
