import { z } from 'zod';

const httpAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .transform((address) => address.replace(/\/$/, ''));

/** Known to everybody who reads this, and so for machines on which nothing is to be gained. */
const developmentCallbackSecret = 'sandbox_callback_secret';

const configSchema = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// address' }),
    PORT: z.string('must be a port').regex(/^\d+$/, 'must be a port').transform(Number).pipe(z.number().max(65_535)),
    HOST: z.string().min(1).default('127.0.0.1'),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    NODE_ENV: z.string().default('production'),
    SANDBOX_SEED: z.string().min(1).default('1'),
    SANDBOX_TEMPERAMENT: z.enum(['own', 'even']).default('own'),
    SANDBOX_CALLBACK_URL: httpAddress.optional(),
    SANDBOX_CALLBACK_SECRET: z.string().min(1).optional(),
    SANDBOX_PUBLIC_URL: httpAddress.optional(),
  })
  .refine(
    ({ NODE_ENV, SANDBOX_CALLBACK_URL, SANDBOX_CALLBACK_SECRET }) =>
      NODE_ENV !== 'production' || SANDBOX_CALLBACK_URL === undefined || SANDBOX_CALLBACK_SECRET !== undefined,
    { path: ['SANDBOX_CALLBACK_SECRET'], error: 'must be set where callbacks are sent, unless in development' },
  );

export class SandboxConfig {
  readonly databaseUrl: string;
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  /** The controls and the truth answer in development and tests only. */
  readonly controllable: boolean;
  readonly seed: string;
  readonly temperament: 'own' | 'even';
  /** Whom to call back; null: nobody. */
  readonly callbackUrl: string | null;
  readonly callbackSecret: string;
  /** Where a browser finds the sandbox; null: where it listens. */
  readonly publicUrl: string | null;

  private constructor(environment: z.output<typeof configSchema>) {
    this.databaseUrl = environment.DATABASE_URL;
    this.port = environment.PORT;
    this.host = environment.HOST;
    this.logLevel = environment.LOG_LEVEL;
    this.controllable = environment.NODE_ENV !== 'production';
    this.seed = environment.SANDBOX_SEED;
    this.temperament = environment.SANDBOX_TEMPERAMENT;
    this.callbackUrl = environment.SANDBOX_CALLBACK_URL ?? null;
    this.callbackSecret = environment.SANDBOX_CALLBACK_SECRET ?? developmentCallbackSecret;
    this.publicUrl = environment.SANDBOX_PUBLIC_URL ?? null;
  }

  /** Throws one line that names the first variable that is missing or wrong. */
  static fromEnvironment(environment: Readonly<Record<string, string | undefined>>): SandboxConfig {
    const parsed = configSchema.safeParse(environment);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new Error(`The sandbox cannot start: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    return new SandboxConfig(parsed.data);
  }
}
