import { z } from 'zod';
import { serviceEnvironment } from '#runtime';

export const apiEnvironment = serviceEnvironment.extend({
  /** Bearer token of /admin/graphql. */
  ADMIN_KEY: z.string().min(20, 'expected a key of at least 20 characters'),
  /** Preset in the playground; only ever used in development. */
  PLAYGROUND_KEY: z.string().optional(),
});
export type ApiEnvironment = z.infer<typeof apiEnvironment>;

export const ENVIRONMENT = Symbol('ApiEnvironment');
