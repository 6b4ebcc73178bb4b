import { Injectable } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { createLogger } from '#observability';
import type { Logger } from '#observability';
import { SandboxConfig } from '../sandbox.config.ts';

/** The house's log, with Nest's own messages in it. */
@Injectable()
export class SandboxLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(config: SandboxConfig) {
    this.logger = createLogger({ service: 'sandbox', level: config.logLevel });
  }

  /** The one line that says that the service answers, and where. */
  ready(port: number): void {
    this.logger.info({ port }, 'ready');
  }

  error(error: unknown, ...context: unknown[]): void {
    if (error instanceof Error) this.logger.error({ err: error, context }, error.message);
    else this.logger.error({ context }, String(error));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context }, String(message));
  }

  /** Nest tells every route at this level, which is worth reading only when something is wrong with them. */
  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context }, String(message));
  }
}
