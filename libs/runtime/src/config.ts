import { z } from 'zod';
import { streamBytesMaxDefault } from '#messaging';

/** The largest event has to fit, several times. */
const streamBytesMin = 64 * 1024;

/** The environment of every service. Each app adds its own variables. */
export const serviceEnvironment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  NATS_URL: z.string().regex(/^(nats|tls):\/\//, 'expected nats://host:port'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  NODE_ENV: z.enum(['development', 'production']).default('production'),
  /** Connections of this process's pool. */
  DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(12),
  /** How large a stream may get, in bytes; the same for all services. One that is full refuses, and its log keeps everything. */
  STREAM_MAX_BYTES: z.coerce.number().int().min(streamBytesMin).default(streamBytesMaxDefault),
});
export type ServiceEnvironment = z.infer<typeof serviceEnvironment>;

/** Reads the environment, or ends the process with one line per variable that is missing or wrong. */
export function readConfig<Schema extends z.ZodType>(schema: Schema, environment = process.env): z.infer<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  process.stderr.write(`The environment is not usable:\n${lines.join('\n')}\n`);
  process.exit(78);
}
