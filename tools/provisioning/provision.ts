import pg from 'pg';
import { Obstacle } from '../obstacle.ts';
import { migrate } from './migrate.ts';
import { roles, schemas, type Role, type RolePasswords } from './service-databases.ts';

export interface ProvisionOrder {
  /** The owner of the database, who may create roles. */
  readonly ownerUrl: string;
  readonly passwords: RolePasswords;
  /** `migrations` with TypeScript or `dist/migrations` with what became of it. */
  readonly migrationsDirectory: string;
  readonly progress?: (line: string) => void;
}

/** Any number that no one else uses on that server; two launchers on one database take turns. */
const provisioningLock = 7_419_020_113;

/** Roles, schemas and tables as the code expects them. Running it again changes nothing. */
export async function provision(order: ProvisionOrder): Promise<void> {
  await createDatabaseIfMissing(order.ownerUrl);
  const owner = new pg.Client({ connectionString: order.ownerUrl });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [provisioningLock]);
    await createRoles(owner, order);
    for (const schema of schemas) await owner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    for (const schema of schemas) await migrate({ ...order, schema });
  } finally {
    await owner.end();
  }
}

async function createDatabaseIfMissing(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const database = decodeURIComponent(url.pathname.slice(1));
  const direct = new pg.Client({ connectionString: ownerUrl });
  try {
    await direct.connect();
    return;
  } catch (fault) {
    if (!hasCode(fault, missingDatabase)) throw unreachable(url, fault);
  } finally {
    await direct.end().catch(() => undefined);
  }
  url.pathname = '/postgres';
  const maintenance = new pg.Client({ connectionString: url.href });
  await maintenance.connect();
  try {
    await maintenance.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } finally {
    await maintenance.end();
  }
}

async function createRoles(owner: pg.Client, order: ProvisionOrder): Promise<void> {
  const { rows } = await owner.query<{ rolname: Role }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [
    roles,
  ]);
  const existing = new Set(rows.map((row) => row.rolname));
  for (const role of roles) {
    const password = order.passwords[role];
    if (!existing.has(role)) {
      await asRoleCreator(() => owner.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`));
    } else if (!(await logsIn(order.ownerUrl, role, password))) {
      order.progress?.(`The role ${role} had another password; it now has the one of this installation.`);
      await asRoleCreator(() => owner.query(`ALTER ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`));
    }
  }
}

async function logsIn(ownerUrl: string, role: Role, password: string): Promise<boolean> {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
    return true;
  } catch (fault) {
    if (hasCode(fault, wrongPassword)) return false;
    throw fault;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function asRoleCreator(statement: () => Promise<unknown>): Promise<void> {
  try {
    await statement();
  } catch (fault) {
    if (!hasCode(fault, insufficientPrivilege)) throw fault;
    throw new Obstacle(
      'The user of DATABASE_URL may not create roles, and each service needs one of its own.',
      ['As an administrator of that server: ALTER ROLE <the user> CREATEROLE;'],
      { cause: fault },
    );
  }
}

function unreachable(url: URL, fault: unknown): Obstacle {
  const reason = fault instanceof Error ? fault.message || String(fault) : String(fault);
  return new Obstacle(
    `PostgreSQL at ${url.host} does not let ${decodeURIComponent(url.username)} in: ${reason}`,
    ['Check DATABASE_URL: postgresql://owner:password@host:5432/quittance', 'Or unset it to use the embedded one.'],
    { cause: fault },
  );
}

/** SQLSTATEs of PostgreSQL, appendix A of its manual. */
const missingDatabase = '3D000';
const wrongPassword = '28P01';
const insufficientPrivilege = '42501';

function hasCode(fault: unknown, code: string): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === code;
}
