import { Injectable } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { SandboxConfig } from '../sandbox.config.ts';

/** JSON lines on standard output, Nest's own included. */
@Injectable()
export class SandboxLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: SandboxConfig) {
    this.pino = pino({ name: 'sandbox', level: config.logLevel });
  }

  /** The one line that says that the service answers, and where. */
  ready(port: number): void {
    this.pino.info({ port }, 'ready');
  }

  error(error: unknown, ...context: unknown[]): void {
    if (error instanceof Error) this.pino.error({ err: error, context }, error.message);
    else this.pino.error({ context }, String(error));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.pino.warn({ context }, String(message));
  }

  /** Nest tells every route at this level, which is worth reading only when something is wrong with them. */
  log(message: unknown, ...context: unknown[]): void {
    this.pino.debug({ context }, String(message));
  }
}
