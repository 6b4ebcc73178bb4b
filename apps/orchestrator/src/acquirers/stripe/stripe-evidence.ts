import type { Stripe } from 'stripe';
import type { DisputeId } from '#domain';
import type { EvidenceAnswer } from '../acquirer.ts';
import { isRefusal, noAnswerOf } from './stripe-failures.ts';

/** Hands what the merchant says to Stripe for good: evidence that was submitted cannot be changed there. */
export async function handInEvidence(
  stripe: Stripe,
  { key, dispute, text }: { readonly key: DisputeId; readonly dispute: string; readonly text: string },
): Promise<EvidenceAnswer> {
  try {
    const params = { evidence: { uncategorized_text: text }, submit: true };
    const { id } = await stripe.disputes.update(dispute, params, { idempotencyKey: key });
    return id === dispute ? { type: 'accepted' } : { type: 'unknown', reason: 'the answer is not about this dispute' };
  } catch (error) {
    if (isRefusal(error)) return { type: 'refused', reason: error.message };
    const answer = noAnswerOf(error);
    // Other evidence went out under this key, and the first is what the bank reads.
    return answer.type === 'key_reused' ? { type: 'refused', reason: answer.reason } : answer;
  }
}
