import type pg from 'pg';
import type { TestDatabase } from './database.ts';

/** Runs the work while the API can neither keep nor make a connection to this database; the owner's stays. */
export async function whileAwayForApi<Result>(
  owner: pg.Client | pg.Pool,
  database: TestDatabase,
  work: () => Promise<Result>,
): Promise<Result> {
  const name = new URL(database.ownerUrl).pathname.slice(1);
  await owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  try {
    await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'quittance_api'`,
      [name],
    );
    return await work();
  } finally {
    await owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  }
}
