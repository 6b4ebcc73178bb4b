import { z } from 'zod';

const configSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// address' }),
  PORT: z.string('must be a port').regex(/^\d+$/, 'must be a port').transform(Number).pipe(z.number().max(65_535)),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  NODE_ENV: z.string().default('production'),
  SANDBOX_SEED: z.string().min(1).default('1'),
});

export class SandboxConfig {
  private constructor(
    readonly databaseUrl: string,
    readonly port: number,
    readonly host: string,
    readonly logLevel: string,
    /** The controls and the truth answer in development and tests only. */
    readonly controllable: boolean,
    readonly seed: string,
  ) {}

  /** Throws one line that names the first variable that is missing or wrong. */
  static fromEnvironment(environment: Readonly<Record<string, string | undefined>>): SandboxConfig {
    const parsed = configSchema.safeParse(environment);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new Error(`The sandbox cannot start: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { DATABASE_URL, PORT, HOST, LOG_LEVEL, NODE_ENV, SANDBOX_SEED } = parsed.data;
    return new SandboxConfig(DATABASE_URL, PORT, HOST, LOG_LEVEL, NODE_ENV !== 'production', SANDBOX_SEED);
  }
}
