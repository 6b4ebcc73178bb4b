import { resolve } from 'node:path';
import { z } from 'zod';
import { Obstacle } from '../obstacle.ts';

/** What a person can say by environment variables; everything else follows from these. */
export interface Settings {
  readonly home: string;
  readonly firstPort: number;
  readonly databaseUrl: string | undefined;
  readonly natsUrl: string | undefined;
}

/** api is on PORT, and the last program is this many ports further. */
export const portsAfterFirst = 7;

const environment = z.object({
  QUITTANCE_HOME: z.string().default('.quittance'),
  PORT: z.coerce
    .number('has to be a number')
    .int('has to be a whole number')
    .min(1, 'has to be at least 1')
    .max(65_535 - portsAfterFirst, `has to leave room for the ${portsAfterFirst} ports after it`)
    .default(3000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/[^/]+\/[^/?]+/, 'has to read postgresql://owner:password@host:5432/database')
    .optional(),
  NATS_URL: z
    .string()
    .regex(/^(nats|tls):\/\/[^/]+/, 'has to read nats://host:4222')
    .optional(),
});

export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  // An empty variable is how a shell or a compose file says "not set".
  const said = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const read = environment.safeParse(said);
  if (!read.success) {
    const [issue] = read.error.issues;
    const name = String(issue?.path[0]);
    throw new Obstacle(`${name} ${issue?.message}; it is "${withoutPassword(said[name] ?? '')}".`);
  }
  return {
    home: resolve(read.data.QUITTANCE_HOME),
    firstPort: read.data.PORT,
    databaseUrl: read.data.DATABASE_URL,
    natsUrl: read.data.NATS_URL,
  };
}

function withoutPassword(text: string): string {
  return text.replace(/:[^:/@]*@/, ':…@');
}
