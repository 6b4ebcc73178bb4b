import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestMicroservice } from '@nestjs/microservices';
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
  /** Whether requests keep the bytes of their body: signatures hold over those. */
  readonly keepsRawBodies?: boolean;
  /** What the application needs beside its module, before it listens. */
  readonly prepare?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** A request body larger than this is not a payment. */
const bodyBytesMax = 256 * 1024;
/** Whoever stops us waits for ten seconds and then kills; what has not drained by then would not have drained either. */
const drainTimeMs = 9_000;

/** Starts a service process and keeps it until SIGTERM or SIGINT, then drains: intake first, connections last. */
export async function runService(module: Type | DynamicModule, options: RunOptions): Promise<NestFastifyApplication> {
  const app = await startService(module, options);
  endOnSignal(app);
  return app;
}

/** The service as an application that serves; whoever starts it closes it. */
export async function startService(module: Type | DynamicModule, options: RunOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: bodyBytesMax, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    abortOnError: false,
    rawBody: options.keepsRawBodies ?? false,
  });
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new NestLog(logger));
  if (options.listensToEvents) connectEvents(app);
  await options.prepare?.(app);
  // Providers start before the first event reaches a handler that may need them.
  await app.init();
  await app.startAllMicroservices();
  await app.listen(options.environment.PORT, options.environment.HOST);
  logger.info({ port: Number(new URL(await app.getUrl()).port) }, 'ready');
  return app;
}

function connectEvents(app: NestFastifyApplication): void {
  // Nest binds filters to handlers when it initializes the microservice, so that must not happen before the filter is set.
  const events = app.connectMicroservice(
    { strategy: app.get(JetStreamServer) },
    { deferInitialization: true },
  ) as NestMicroservice;
  events.useGlobalFilters(new FaultsPassThrough());
  // The application runs the hooks of the modules that both share; twice would start everything twice.
  events.setIsInitHookCalled(true);
}

function endOnSignal(app: NestFastifyApplication): void {
  const logger = app.get<Logger>(LOGGER);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const giveUpLater = (): void => {
    setTimeout(() => {
      logger.error({ drainTimeMs }, 'not everything has drained; ending without it');
      process.exit(1);
    }, drainTimeMs).unref();
  };
  process.once('SIGTERM', giveUpLater).once('SIGINT', giveUpLater);
}
