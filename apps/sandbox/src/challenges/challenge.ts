import type { AuthorizeRequest } from '../operations/operation.ts';

/** An authorization that waits for its customer, with all that is needed to make it. */
export interface Challenge extends Omit<AuthorizeRequest, 'operation'> {
  readonly authorizationId: string;
  /** `cancelled`: voided before the customer had answered. */
  readonly state: 'pending' | 'accepted' | 'refused' | 'cancelled';
}

/** Below the public address of the sandbox. */
export function challengePath({ acquirer, authorizationId }: Pick<Challenge, 'acquirer' | 'authorizationId'>): string {
  return `/acquirers/${acquirer}/challenges/${authorizationId}`;
}
