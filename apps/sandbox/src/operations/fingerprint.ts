import { createHash } from 'node:crypto';
import type { OperationRequest } from './operation.ts';

/** The request as the acquirer read it, field by field, so that key order and spacing of its JSON make no difference. */
export function fingerprintOf(request: OperationRequest): string {
  return createHash('sha256')
    .update(JSON.stringify(fieldsOf(request)))
    .digest('base64url');
}

function fieldsOf(request: OperationRequest): readonly unknown[] {
  switch (request.operation) {
    case 'authorize':
      return ['authorize', request.cardToken, request.amountMinor, request.currency, request.reference];
    case 'capture':
      return ['capture', request.authorizationId, request.amountMinor, request.final];
    case 'void':
      return ['void', request.authorizationId];
    case 'refund':
      return ['refund', request.authorizationId, request.amountMinor];
  }
}
