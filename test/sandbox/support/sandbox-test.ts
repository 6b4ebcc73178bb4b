import { test as base } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { Sandbox } from './sandbox.ts';

interface Running {
  databases: { readonly create: typeof createDatabase };
  /** One sandbox for the whole test file; a test that moves its clock or its controls puts them back. */
  sandbox: Sandbox;
  /** A sandbox with an empty record, for a test that counts everything or lets time pass. */
  freshSandbox: Sandbox;
}

/** A test that is handed a running sandbox over a real PostgreSQL. */
export const test = base.extend<Running>({
  databases: [{ create: createDatabase }, { scope: 'file' }],
  sandbox: [
    async ({ databases }, use) => {
      const database = await databases.create();
      const sandbox = await Sandbox.start(database);
      await use(sandbox);
      await sandbox.stop();
      await database.drop();
    },
    { scope: 'file' },
  ],
  freshSandbox: async ({ databases }, use) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database);
    await use(sandbox);
    await sandbox.stop();
    await database.drop();
  },
});
