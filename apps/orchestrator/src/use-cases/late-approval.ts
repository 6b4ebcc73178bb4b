import { uuidOf } from '#domain';
import type { Happening, SagaHappening } from './happening.ts';
import type { SagaTurn } from './saga-turn.ts';

/**
 * An approval that comes after the attempt counted as declined or never sent: a person settled it while the acquirer was
 * being asked, say. Nobody waits for it any more, so a saga of its own gives it back.
 */
export function lateApprovalIn(turn: SagaTurn, happening: Happening): SagaHappening[] {
  if (happening.type !== 'answered' || happening.answer.type !== 'approved') return [];
  const { attemptId, answer } = happening;
  const attempt = turn.authorizations().find(({ id }) => id === attemptId);
  if (attempt?.state !== 'declined' && attempt?.state !== 'not_sent') return [];
  const { merchantId, paymentId } = turn.stored.key;
  return [
    {
      key: { merchantId, paymentId, id: uuidOf(attemptId) },
      happening: { type: 'approved_late', attemptId, reference: answer.reference },
    },
  ];
}
