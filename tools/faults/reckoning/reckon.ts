import pg from 'pg';
import { checkAcquirers } from './acquirers.ts';
import { checkTables } from './tables.ts';

export interface Places {
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
}

/**
 * Holds the acquirer's truth, the payments, the books and the feed against each other, by plain SQL and the acquirer's own
 * record: whoever checks the services must not trust their code. What is wrong, one line each; empty when everything adds up
 * and nothing is left to do.
 */
export async function reckon({ databaseUrl, sandboxUrl }: Places): Promise<string[]> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const found = [...(await checkTables(database, {})), ...(await checkAcquirers(database, sandboxUrl))];
    return found.map(({ check, what }) => `${check}: ${what}`);
  } finally {
    await database.end();
  }
}
