import type { PaymentStatus } from '#domain';

/** Why something that an admin asked for was not done. */
export type AdminRefusal = { readonly message: string; readonly path: readonly string[] } & (
  | { readonly code: 'invalid_input' }
  | { readonly code: 'not_found' }
  /** Nothing was changed, and the same may work in a moment. */
  | { readonly code: 'unavailable' }
  | { readonly code: 'invalid_state'; readonly currentStatus: PaymentStatus }
);
