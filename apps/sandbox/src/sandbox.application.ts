import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock } from './clock.ts';
import { SandboxLogger } from './process/sandbox-logger.ts';
import type { SandboxConfig } from './sandbox.config.ts';
import { SandboxModule } from './sandbox.module.ts';

/** The largest honest request is a few hundred bytes. */
const bodyBytesMax = 16_384;

/** The whole sandbox, listening; `close` hangs up on unanswered callers, drains the others and leaves the database. */
export async function startSandbox(config: SandboxConfig, clock: Clock): Promise<NestFastifyApplication> {
  const application = await NestFactory.create<NestFastifyApplication>(
    SandboxModule.with(config, clock),
    new FastifyAdapter({ bodyLimit: bodyBytesMax }),
    { logger: new SandboxLogger(config), abortOnError: false },
  );
  await application.listen(config.port, config.host);
  return application;
}
