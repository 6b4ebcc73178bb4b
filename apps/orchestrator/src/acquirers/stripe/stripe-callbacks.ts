import type { Stripe } from 'stripe';
import { z } from 'zod';
import type { AcquirerAnswer, AcquirerNotice } from '../acquirer.ts';
import { moneyOfStripe } from './stripe-amounts.ts';
import { authorizationAnswer } from './stripe-answers.ts';
import { isExpiry } from './stripe-decline-codes.ts';
import {
  authorizingKeyOf,
  marksOf,
  readIntent,
  UnreadableObject,
  wasHeld,
  type StripeIntent,
} from './stripe-objects.ts';

const disputeSchema = z.object({
  id: z.string().min(1),
  payment_intent: z.string().nullish(),
  amount: z.int().min(0),
  currency: z.string(),
  reason: z.string(),
  status: z.string(),
  evidence_details: z.object({ due_by: z.int().nullish() }).nullish(),
});
type Dispute = z.infer<typeof disputeSchema>;

const warningSchema = z.object({ payment_intent: z.string().nullish(), fraud_type: z.string() });

/** An inquiry of the bank, before any money has moved. */
const inquiryPattern = /^warning_/;

/**
 * What an event of Stripe tells us; null where nothing in it concerns us. Throws `UnreadableObject` at one of ours that
 * is not what was agreed.
 */
export function noticeOf(event: Stripe.Event): AcquirerNotice | null {
  const object: unknown = event.data.object;
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
    case 'payment_intent.payment_failed':
      return decided(readIntent(object));
    case 'payment_intent.canceled':
      return canceled(readIntent(object));
    case 'charge.dispute.created':
      return disputeOpened(read(disputeSchema, object), event.created);
    case 'charge.dispute.updated': {
      const before = event.data.previous_attributes?.status;
      const dispute = read(disputeSchema, object);
      // An inquiry that became a dispute: only now the money is taken back.
      const escalated = before !== undefined && inquiryPattern.test(before) && !inquiryPattern.test(dispute.status);
      return escalated && dispute.status === 'needs_response' ? disputeOpened(dispute, event.created) : null;
    }
    case 'charge.dispute.closed':
      return disputeClosed(read(disputeSchema, object));
    case 'radar.early_fraud_warning.created': {
      const { payment_intent: authorization, fraud_type: reason } = read(warningSchema, object);
      return authorization ? { type: 'fraud_warning', authorization, reason } : null;
    }
    default:
      return null;
  }
}

function decided(intent: StripeIntent): AcquirerNotice | null {
  const key = authorizingKeyOf(intent);
  const answer = authorizationAnswer(intent);
  return key === undefined || !isDecision(answer) ? null : { type: 'answered', key, answer };
}

function canceled(intent: StripeIntent): AcquirerNotice | null {
  const key = authorizingKeyOf(intent);
  if (key === undefined) return null;
  if (!wasHeld(intent)) return decided(intent);
  const voiding = marksOf(intent).findLast(({ kind }) => kind === 'void');
  if (voiding === undefined || isExpiry(intent.cancellation_reason)) {
    // Its time was up, or somebody let it go in Stripe's dashboard: either way the hold is gone.
    return { type: 'authorization_expired', authorization: intent.id };
  }
  const answer: AcquirerAnswer = { type: 'approved', reference: intent.id, amountMinor: null, expiresAt: null };
  return { type: 'answered', key: voiding.key, answer };
}

function disputeOpened(dispute: Dispute, toldAt: number): AcquirerNotice | null {
  const authorization = dispute.payment_intent;
  if (!authorization) return null;
  if (inquiryPattern.test(dispute.status)) {
    return { type: 'fraud_warning', authorization, reason: `inquiry: ${dispute.reason}` };
  }
  const amount = moneyOfStripe(dispute.amount, dispute.currency);
  if (amount === undefined) throw new UnreadableObject('a dispute over no amount that we know');
  // No date, or 0: the bank takes no evidence, so the time for it is over as it opens.
  const dueBy = dispute.evidence_details?.due_by ?? 0;
  const evidenceDueAt = new Date((dueBy === 0 ? toldAt : dueBy) * 1_000);
  return { type: 'dispute_opened', authorization, dispute: dispute.id, amount, reason: dispute.reason, evidenceDueAt };
}

/** A closed inquiry and a dispute that was prevented took no money and give none back. */
function disputeClosed({ id, status, payment_intent: authorization }: Dispute): AcquirerNotice | null {
  if (!authorization || (status !== 'won' && status !== 'lost')) return null;
  return { type: 'dispute_closed', authorization, dispute: id, outcome: status };
}

function isDecision(answer: AcquirerAnswer): boolean {
  return answer.type === 'approved' || answer.type === 'declined';
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new UnreadableObject('an event that is not what was agreed');
  return result.data;
}
