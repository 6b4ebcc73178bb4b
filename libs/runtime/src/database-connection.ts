import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { assertDurable, isConnectionFault, openDataSource, type DatabaseOptions } from '#persistence';

/** A database that restarts, or that was started together with us, is there by then. */
const patienceMs = 30_000;
const pauseMs = 250;

/** The service's database, as soon as it lets us in. One that may forget what it acknowledged is refused. */
export async function connectToDatabase(options: DatabaseOptions): Promise<DataSource> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      const dataSource = await openDataSource(options);
      await assertDurable(dataSource);
      return dataSource;
    } catch (error) {
      if (!isConnectionFault(error) || performance.now() > deadline) throw error;
      await pause(pauseMs);
    }
  }
}
