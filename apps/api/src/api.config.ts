import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

export const apiEnvironment = serviceEnvironment.extend({
  /** Bearer token of /admin/graphql. */
  ADMIN_KEY: z.string().min(20, 'expected a key of at least 20 characters'),
  /** Preset in the playground; only ever used in development. */
  PLAYGROUND_KEY: z.string().optional(),
  /** Where merchants reach this API, for links in its answers; without it, where it listens. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether merchants may ask the API for its schema. Without it: in development, not in production. */
  GRAPHQL_INTROSPECTION: z.enum(['on', 'off']).optional(),
});
export type ApiEnvironment = z.infer<typeof apiEnvironment>;

export const ENVIRONMENT = Symbol('ApiEnvironment');

/** Without a slash at the end. */
export function publicUrlOf({ PUBLIC_URL, HOST, PORT }: ApiEnvironment): string {
  return (PUBLIC_URL ?? `http://${HOST}:${PORT}`).replace(/\/$/, '');
}

export function introspectionIn({ GRAPHQL_INTROSPECTION, NODE_ENV }: ApiEnvironment): boolean {
  return GRAPHQL_INTROSPECTION === undefined ? NODE_ENV === 'development' : GRAPHQL_INTROSPECTION === 'on';
}
