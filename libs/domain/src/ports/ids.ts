import type { Id } from '../primitives/type-id.ts';

/** Identity is an input, like time. Ids of one source never repeat, and later ones sort after earlier ones. */
export interface Ids {
  next<P extends string>(prefix: P): Id<P>;
}
