import { createHash } from 'node:crypto';
import type { EvidenceRequest, OperationRequest } from './operation.ts';

/** The request as the acquirer read it, field by field, so that key order and spacing of its JSON make no difference. */
export function fingerprintOf(request: OperationRequest | EvidenceRequest): string {
  return createHash('sha256')
    .update(JSON.stringify(fieldsOf(request)))
    .digest('base64url');
}

function fieldsOf(request: OperationRequest | EvidenceRequest): readonly unknown[] {
  switch (request.operation) {
    case 'authorize': {
      const { cardToken, amountMinor, currency, reference, returnUrl } = request;
      // Keys from before there were return addresses must still be recognised.
      return ['authorize', cardToken, amountMinor, currency, reference, ...(returnUrl === null ? [] : [returnUrl])];
    }
    case 'capture':
      return ['capture', request.authorizationId, request.amountMinor, request.final];
    case 'void':
      return ['void', request.authorizationId];
    case 'increase':
    case 'refund':
      return [request.operation, request.authorizationId, request.amountMinor];
    case 'evidence':
      return ['evidence', request.disputeId, request.text];
  }
}
