import type { AcquirerRequest } from '../../../apps/orchestrator/src/acquirers/acquirer.ts';
import { newId } from '../../support/payment-events.ts';

/** An ordinary request with a key of its own. */
export function aRequest(operation: AcquirerRequest['operation'] = 'authorize'): AcquirerRequest {
  return {
    key: newId('att'),
    operation,
    amount: { minor: 1_099n, currency: 'EUR' },
    cardToken: 'tok_visa',
    reference: newId('pay'),
    authorization: operation === 'authorize' ? null : 'auth_1',
    final: true,
    returnUrl: null,
  };
}
