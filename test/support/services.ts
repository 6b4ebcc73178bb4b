import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../../apps/api/src/api.module.ts';
import { apiEnvironment } from '../../apps/api/src/api.config.ts';
import { prepareApi } from '../../apps/api/src/prepare-api.ts';
import type { GuardLimits } from '../../apps/orchestrator/src/acquirers/guard-limits.ts';
import { OrchestratorModule } from '../../apps/orchestrator/src/orchestrator.module.ts';
import { orchestratorEnvironment } from '../../apps/orchestrator/src/orchestrator.config.ts';
import { SystemClock } from '../../apps/sandbox/src/clock.ts';
import { startSandbox } from '../../apps/sandbox/src/sandbox.application.ts';
import { SandboxConfig } from '../../apps/sandbox/src/sandbox.config.ts';
import { startService } from '#runtime';
import type { TestDatabase } from './database.ts';
import type { TestNats } from './nats.ts';

/** Only of this test run; long enough to be accepted. */
export const testAdminKey = 'admin-key-of-a-test-run';

export interface ServicePlaces {
  readonly database: TestDatabase;
  readonly nats: Pick<TestNats, 'url'>;
  /** Variables that differ from the defaults. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The services as applications in this process, on free ports, so that a test can reach into them. */
export async function startSandboxHere({ database }: Pick<ServicePlaces, 'database'>): Promise<NestFastifyApplication> {
  const config = SandboxConfig.fromEnvironment({
    DATABASE_URL: database.urlFor('sandbox'),
    PORT: '0',
    NODE_ENV: 'development',
    LOG_LEVEL: 'error',
  });
  return startSandbox(config, new SystemClock());
}

export async function startOrchestratorHere(
  places: ServicePlaces & { readonly sandboxUrl: string; readonly limits?: GuardLimits },
): Promise<NestFastifyApplication> {
  const environment = orchestratorEnvironment.parse({
    ...here(places, 'orchestrator'),
    ACQUIRER_ALPHA_URL: `${places.sandboxUrl}/acquirers/alpha`,
    ...places.environment,
  });
  return startService(OrchestratorModule.forEnvironment(environment, places.limits), {
    environment,
    listensToEvents: true,
    keepsRawBodies: true,
  });
}

export async function startApiHere(places: ServicePlaces): Promise<NestFastifyApplication> {
  const environment = apiEnvironment.parse({
    ...here(places, 'api'),
    ADMIN_KEY: testAdminKey,
    // In most tests of the API nobody relays its log, and what has been written waits there for as long as they run.
    INTAKE_BACKLOG_AGE_MAX_MS: '3600000',
    ...places.environment,
  });
  return startService(ApiModule.forEnvironment(environment), {
    environment,
    listensToEvents: false,
    prepare: prepareApi,
  });
}

function here({ database, nats }: ServicePlaces, service: 'api' | 'orchestrator'): Record<string, string> {
  return {
    DATABASE_URL: database.urlFor(service),
    NATS_URL: nats.url,
    PORT: '0',
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    DATABASE_POOL: '6',
  };
}
