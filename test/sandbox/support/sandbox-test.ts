import { test as base } from 'vitest';
import { createDatabase } from '../../support/database.ts';
import { CallbackReceiver } from './callback-receiver.ts';
import { Sandbox } from './sandbox.ts';

interface Running {
  databases: { readonly create: typeof createDatabase };
  /** One sandbox for the whole test file; a test that moves its clock or its controls puts them back. */
  sandbox: Sandbox;
  /** A sandbox with an empty record, for a test that counts everything or lets time pass. */
  freshSandbox: Sandbox;
  /** The one whom `callingSandbox` calls back. */
  receiver: CallbackReceiver;
  /** A sandbox with an empty record that sends its callbacks. */
  callingSandbox: Sandbox;
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
  receiver: async ({ onTestFinished }, use) => {
    const receiver = await CallbackReceiver.start();
    onTestFinished(() => receiver.stop());
    await use(receiver);
  },
  callingSandbox: async ({ databases, receiver }, use) => {
    const database = await databases.create();
    const sandbox = await Sandbox.start(database, { SANDBOX_CALLBACK_URL: receiver.url });
    await use(sandbox);
    await sandbox.stop();
    await database.drop();
  },
});
