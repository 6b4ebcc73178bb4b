import type { Interference } from '../controls/acquirer-controls.ts';
import type { KeyedOperation, RecordTransaction } from '../stores/record-transaction.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { EvidenceRequest, OperationRequest, Reply } from './operation.ts';
import { Refusal } from './refusal.ts';

/**
 * The reply to a call under a key: what was decided before, or what is decided now. The call is counted either way.
 *
 * @throws {Refusal} for a key that was used for another request.
 */
export async function onceUnderKey(
  tx: RecordTransaction,
  request: OperationRequest | EvidenceRequest,
  at: Date,
  decideNow: () => Promise<Reply>,
): Promise<Reply> {
  const fingerprint = fingerprintOf(request);
  const known = await tx.countCall(request, fingerprint, at);
  if (known.fingerprint !== fingerprint) {
    throw new Refusal('idempotency_key_reused', 'This idempotency key was used for another request.');
  }
  return known.decided === null ? decideNow() : replyTo(known.decided);
}

export function replyTo(decided: NonNullable<KeyedOperation['decided']>): Reply {
  const { answer, tells, answerFrom: from } = decided;
  return tells === 'never' ? { tells } : { tells, answer, from };
}

/** What the controls let the caller know of it. */
export function toldThrough(interference: Interference, reply: Reply): Reply {
  switch (interference) {
    case 'hang':
      return { tells: 'never' };
    case 'error_before':
    case 'error_after':
      return { tells: 'unclear' };
    case 'card_not_supported':
    case 'amount_not_allowed':
    case 'generic_decline':
    case 'none':
      return reply;
  }
}
