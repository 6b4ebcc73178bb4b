import type { Refusal } from './answer.ts';

/** Why something that an admin asked for was not done. */
export type AdminRefusal = Extract<Refusal, { readonly code: 'invalid_input' | 'not_found' | 'invalid_state' }>;
