import { z } from 'zod';
import { serviceEnvironment } from '#runtime';
import type { IntakeBounds } from './use-cases/intake-gate.ts';

const positive = z.coerce.number().int().min(1);

export const apiEnvironment = serviceEnvironment.extend({
  /** Bearer token of /admin/graphql. */
  ADMIN_KEY: z.string().min(20, 'expected a key of at least 20 characters'),
  /** Preset in the playground; only ever used in development. */
  PLAYGROUND_KEY: z.string().optional(),
  /** Where merchants reach this API, for links in its answers; without it, where it listens. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether merchants may ask the API for its schema. Without it: in development, not in production. */
  GRAPHQL_INTROSPECTION: z.enum(['on', 'off']).optional(),
  /** Some connections are kept for captures, voids and refunds. */
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12),
  /**
   * Above any of these three, new payments are turned away as OVERLOADED until all are below half of it. A customer at a
   * checkout does not wait for longer than a minute; a relay that restarts, or stands back in a burst of half a minute, is
   * far below it.
   */
  INTAKE_BACKLOG_AGE_MAX_MS: positive.default(60_000),
  /**
   * Half a minute of 2 000 payments a second, with all that is said about them meanwhile, is a third of it. A relay carries
   * so many in some twenty-five seconds, and they take about a third of a stream's room.
   */
  INTAKE_BACKLOG_EVENTS_MAX: positive.default(300_000),
  /** A hundred times what a request waits for the database in a burst, and less than what clients wait for an answer. */
  INTAKE_QUEUE_WAIT_MAX_MS: positive.default(3_000),
});
export type ApiEnvironment = z.infer<typeof apiEnvironment>;

export const ENVIRONMENT = Symbol('ApiEnvironment');

/** A quarter of the pool: money that has been accepted moves on, whatever else wants the database. */
export function reservedConnectionsIn({ DATABASE_POOL }: ApiEnvironment): number {
  return Math.ceil(DATABASE_POOL / 4);
}

export function intakeBoundsIn(environment: ApiEnvironment): IntakeBounds {
  return {
    backlogAgeMsMax: environment.INTAKE_BACKLOG_AGE_MAX_MS,
    backlogEventsMax: environment.INTAKE_BACKLOG_EVENTS_MAX,
    queueWaitMsMax: environment.INTAKE_QUEUE_WAIT_MAX_MS,
  };
}

/** Without a slash at the end. */
export function publicUrlOf({ PUBLIC_URL, HOST, PORT }: ApiEnvironment): string {
  return (PUBLIC_URL ?? `http://${HOST}:${PORT}`).replace(/\/$/, '');
}

export function introspectionIn({ GRAPHQL_INTROSPECTION, NODE_ENV }: ApiEnvironment): boolean {
  return GRAPHQL_INTROSPECTION === undefined ? NODE_ENV === 'development' : GRAPHQL_INTROSPECTION === 'on';
}
