import type { Decline } from '#domain';

/** Declines that an acquirer makes up itself; every other code is the issuer's word. */
const acquirersOwn = new Set(['processing_error', 'operation_not_allowed', 'amount_exceeded']);

export function declineSourceOf(code: string): Decline['source'] {
  return acquirersOwn.has(code) ? 'acquirer' : 'issuer';
}
