import { createRequire } from 'node:module';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const require = createRequire(import.meta.url);

/** The libs' TypeScript, not what was last built from it. */
const conditions = ['source', 'module', 'node', 'development|production'];

const resolveSources = {
  // Nest and Apollo load graphql by require, ours by import: two copies refuse each other's schema.
  alias: [{ find: /^graphql$/, replacement: require.resolve('graphql/index.js') }],
  conditions,
};

function project(name: string, test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    resolve: resolveSources,
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: { name, environment: 'node', ...test },
  };
}

/** Processes start and die in these: each file waits for its own stack for about as long as it needs the processors. */
const spawnsProcesses = {
  globalSetup: ['test/support/run-directory.global.ts'],
  testTimeout: 120_000,
  hookTimeout: 180_000,
  maxWorkers: 2,
};

export default defineConfig({
  test: {
    projects: [
      project('unit', { include: ['test/{domain,contracts,security,observability,launcher/unit}/**/*.test.ts'] }),
      project('architecture', {
        include: ['test/architecture/**/*.test.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project('simulation', { include: ['test/simulation/**/*.test.ts'] }),
      project('integration', {
        // Whatever promise a folder of test/ is named after, unless one of the other projects takes it.
        include: ['test/**/*.test.ts'],
        exclude: ['test/{domain,contracts,security,observability,architecture,simulation,launcher,journeys,faults}/**'],
        globalSetup: ['test/support/postgres.global.ts'],
        testTimeout: 30_000,
        hookTimeout: 60_000,
        // They wait for each other's servers more than they compute.
        maxWorkers: 3,
        // Nearly all of them load the whole of the services. A file leaves nothing behind in its process but modules.
        isolate: false,
        sequence: { groupOrder: 1 },
      }),
      project('journeys', {
        include: ['test/{journeys,launcher}/**/*.test.ts'],
        exclude: ['test/launcher/unit/**'],
        ...spawnsProcesses,
        sequence: { groupOrder: 2 },
      }),
      // Apart, as they load both processors with bursts: a person's first payment should not have to wait for those.
      project('faults', {
        include: ['test/faults/**/*.test.ts'],
        ...spawnsProcesses,
        sequence: { groupOrder: 3 },
      }),
    ],
  },
});
