import { pino, type DestinationStream, type Logger } from 'pino';
import { scrub } from './redaction.ts';

export type { Logger };

export interface LoggerOptions {
  readonly service: string;
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
}

/** JSON lines on standard output, one object a line, times in RFC 3339; secrets and card numbers are taken out. */
export function createLogger(options: LoggerOptions, destination: DestinationStream = process.stdout): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => destination.write(scrub(line)) },
  );
}
