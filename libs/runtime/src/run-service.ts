import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { JetStreamServer } from '#messaging';
import type { Logger } from '#observability';
import type { ServiceEnvironment } from './config.ts';
import { FaultsPassThrough } from './faults-pass-through.ts';
import { NestLog } from './nest-log.ts';
import { LOGGER } from './tokens.ts';

export interface RunOptions {
  readonly environment: ServiceEnvironment;
  /** Whether the service takes events and requests from the broker. */
  readonly listensToEvents: boolean;
  /** What the application needs beside its module, before it listens. */
  readonly prepare?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** A request body larger than this is not a payment. */
const bodyBytesMax = 256 * 1024;

/** Starts a service process and keeps it until SIGTERM or SIGINT, then drains: intake first, connections last. */
export async function runService(module: Type | DynamicModule, options: RunOptions): Promise<NestFastifyApplication> {
  const app = await startService(module, options);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  return app;
}

/** The service as an application that serves; whoever starts it closes it. */
export async function startService(module: Type | DynamicModule, options: RunOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: bodyBytesMax, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new NestLog(logger));
  if (options.listensToEvents) {
    const events = app.connectMicroservice({ strategy: app.get(JetStreamServer) });
    events.useGlobalFilters(new FaultsPassThrough());
    await app.startAllMicroservices();
  }
  await options.prepare?.(app);
  await app.listen(options.environment.PORT, options.environment.HOST);
  logger.info({ port: options.environment.PORT }, 'ready');
  return app;
}
