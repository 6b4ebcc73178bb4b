import type { RecordTransaction } from '../stores/record-transaction.ts';
import type { Work } from './decide.ts';
import type { WorkWithoutAHold } from './decide-without-a-hold.ts';
import type { FollowUpRequest, Hold, OperationRequest } from './operation.ts';
import { Refusal } from './refusal.ts';

/**
 * The request with the row that it is about, which nobody else changes until the transaction ends.
 *
 * @throws {Refusal} for an unknown authorization.
 */
export async function lockWork(tx: RecordTransaction, request: OperationRequest): Promise<Work | WorkWithoutAHold> {
  if (request.operation === 'authorize') return { operation: 'authorize', request };
  const { acquirer, authorizationId } = request;
  const hold = await tx.lockHold(acquirer, authorizationId);
  if (hold !== null) return workOn(request, hold);

  const challenge = await tx.lockChallenge(acquirer, authorizationId);
  if (challenge === null) throw unknownAuthorization();
  if (challenge.state !== 'accepted') return { operation: 'without_a_hold', request, challenge };
  // The customer accepted while the challenge was waited for.
  const accepted = await tx.lockHold(acquirer, authorizationId);
  if (accepted === null) throw new Error('A challenge that was accepted has a hold.');
  return workOn(request, accepted);
}

export function unknownAuthorization(): Refusal {
  return new Refusal('unknown_authorization', 'There is no such authorization.');
}

function workOn(request: FollowUpRequest, hold: Hold): Work {
  switch (request.operation) {
    case 'increase':
      return { operation: 'increase', request, hold };
    case 'capture':
      return { operation: 'capture', request, hold };
    case 'void':
      return { operation: 'void', request, hold };
    case 'refund':
      return { operation: 'refund', request, hold };
  }
}
