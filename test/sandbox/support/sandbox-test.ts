import { test as base, vi } from 'vitest';
import { Sandbox } from './sandbox.ts';
import { SandboxDatabases } from './sandbox-database.ts';

/** The first test of a file also starts PostgreSQL, which takes seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Running {
  /** The PostgreSQL of this test file. */
  databases: SandboxDatabases;
  /** One sandbox for the whole test file; a test that moves its clock or its controls puts them back. */
  sandbox: Sandbox;
  /** A sandbox with an empty record, for a test that counts everything or lets time pass. */
  freshSandbox: Sandbox;
}

/** A test that is handed a running sandbox over a real PostgreSQL. */
export const test = base.extend<Running>({
  databases: [
    // Vitest reads the names of what a fixture needs from this pattern; this one needs nothing.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const databases = await SandboxDatabases.start();
      await use(databases);
      await databases.stop();
    },
    { scope: 'file' },
  ],
  sandbox: [
    async ({ databases }, use) => {
      const sandbox = await Sandbox.start(await databases.create());
      await use(sandbox);
      await sandbox.stop();
    },
    { scope: 'file' },
  ],
  freshSandbox: async ({ databases }, use) => {
    const sandbox = await Sandbox.start(await databases.create());
    await use(sandbox);
    await sandbox.stop();
  },
});
