import pg from 'pg';
import { until } from '../processes/until.ts';
import { checkTables } from './reckoning/tables.ts';

/** The third look at an acquirer comes after a minute and is waited for; the fourth, after ten, is not. */
const patience = { nextLookSeconds: 65 };
const lookEveryMs = 500;

/** Until the tables say that nobody has anything left to do, or so long that what is left will not end by itself. */
export async function quiet(
  databaseUrl: string,
  { poison, quietMs, signal }: { readonly poison: string; readonly quietMs: number; readonly signal: AbortSignal },
): Promise<{ readonly quiet: boolean }> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await until(async () => (await checkTables(database, { patience, poison })).length === 0, {
      what: 'everything to come to rest',
      deadlineMs: quietMs,
      everyMs: lookEveryMs,
      signal,
    });
    return { quiet: true };
  } catch {
    signal.throwIfAborted();
    return { quiet: false };
  } finally {
    await database.end();
  }
}
