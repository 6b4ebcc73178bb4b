import { z } from 'zod';

/**
 * What the payments service says, version 1. Grown only by addition: a reader of an older shape must keep working.
 * All amounts are minor units of `payment.currency`, JSON integers up to 2^53 − 1.
 */
const minorUnits = z.int().min(0);

const decline = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  source: z.enum(['issuer', 'acquirer', 'risk']),
});

/** The payment as it stood right after the event. Merchant-visible: no card token in here. */
export const paymentSnapshot = z.object({
  id: z.string(),
  reference: z.string(),
  status: z.string(),
  captureMethod: z.enum(['automatic', 'manual']),
  currency: z.string(),
  amount: minorUnits,
  authorized: minorUnits,
  captured: minorUnits,
  refunded: minorUnits,
  decline: decline.nullable(),
  createdAt: z.iso.datetime(),
});
export type PaymentSnapshot = z.infer<typeof paymentSnapshot>;

/** What merchant and platform agreed, as it was when the payment was created. */
export const paymentTerms = z.object({
  feeBasisPoints: z.int().min(0),
  feeFixed: minorUnits,
  /** Above this amount a person looks at the payment first. */
  riskLimit: minorUnits,
  /** Up to this amount a payment goes on without a risk answer. */
  riskFloor: minorUnits,
});
export type PaymentTerms = z.infer<typeof paymentTerms>;

const riskDecision = z.enum(['allow', 'review', 'challenge', 'block']);
const operation = z.enum(['authorize', 'capture', 'void', 'refund']);
const withPayment = z.object({ payment: paymentSnapshot });
const attempt = z.object({ number: z.int().min(1), acquirer: z.string() });

const dispute = withPayment.extend({ disputeId: z.string(), amount: minorUnits, acquirer: z.string() });

export const paymentEvents = {
  'payment.created': withPayment.extend({ cardToken: z.string(), terms: paymentTerms }),
  'payment.risk_assessed': withPayment.extend({
    decision: riskDecision,
    score: z.int().min(0).max(100),
    reasons: z.array(z.string()),
    /** `policy` when the fraud service was silent past the deadline and the written policy decided. */
    decidedBy: z.enum(['rules', 'policy']),
  }),
  'payment.sent_to_review': withPayment,
  /** The customer has to act at `redirectUrl`. */
  'payment.action_required': withPayment.extend({ attempt, redirectUrl: z.string() }),
  'payment.review_decided': withPayment.extend({ decision: z.enum(['allow', 'block']), reason: z.string() }),
  'payment.authorized': withPayment.extend({ attempt }),
  'payment.declined': withPayment.extend({ attempt: attempt.nullable() }),
  'payment.failed': withPayment.extend({ reason: z.string() }),
  'payment.outcome_unknown': withPayment.extend({ attempt, operation, nextCheckAt: z.iso.datetime() }),
  /** Nothing goes on by itself any more: a person has to find out, or to put right. `attempt`: what was tried last. */
  'payment.needs_person': withPayment.extend({ attempt: attempt.nullable(), reason: z.string() }),
  /** A person found out what the acquirer could not tell. */
  'payment.settled_by_hand': withPayment.extend({
    attempt: z.object({ number: z.int().min(1) }),
    /** `release`: what is held is not the payment's, and is given back. */
    outcome: z.enum(['approved', 'declined', 'not_done', 'release']),
    reference: z.string().nullable(),
    reason: z.string(),
  }),
  /** The acquirer approved after we had given up, and has taken it back since. */
  'payment.reversed': withPayment.extend({ attempt }),
  /** The acquirer has heard from the issuer that the card may have been misused. */
  'payment.fraud_warned': withPayment.extend({ reason: z.string() }),
  'payment.increase_requested': withPayment.extend({ increaseId: z.string(), amount: minorUnits }),
  'payment.increased': withPayment.extend({ increaseId: z.string(), amount: minorUnits }),
  'payment.increase_outcome_unknown': withPayment.extend({ attempt, nextCheckAt: z.iso.datetime() }),
  'payment.increase_failed': withPayment.extend({
    increaseId: z.string(),
    amount: minorUnits,
    declineCode: z.string(),
  }),
  'payment.capture_requested': withPayment.extend({ captureId: z.string(), amount: minorUnits, final: z.boolean() }),
  'payment.captured': withPayment.extend({
    captureId: z.string(),
    amount: minorUnits,
    final: z.boolean(),
    acquirer: z.string(),
    terms: paymentTerms,
  }),
  'payment.capture_failed': withPayment.extend({ captureId: z.string(), amount: minorUnits, declineCode: z.string() }),
  'payment.void_requested': withPayment.extend({ reason: z.string().nullable() }),
  'payment.voided': withPayment.extend({ released: minorUnits }),
  /** The hold ended by itself, or by our deadline. */
  'payment.expired': withPayment.extend({ released: minorUnits }),
  'payment.void_failed': withPayment.extend({ declineCode: z.string() }),
  'payment.refund_requested': withPayment.extend({
    refundId: z.string(),
    amount: minorUnits,
    reason: z.string().nullable(),
  }),
  'payment.refunded': withPayment.extend({ refundId: z.string(), amount: minorUnits, acquirer: z.string() }),
  'payment.refund_failed': withPayment.extend({ refundId: z.string(), amount: minorUnits, declineCode: z.string() }),
  'payment.dispute_opened': dispute.extend({ reason: z.string(), evidenceDueAt: z.iso.datetime() }),
  /** The merchant handed it in; the acquirer has it a moment later. The text stays where it is. */
  'payment.dispute_evidence_submitted': dispute,
  'payment.dispute_won': dispute,
  'payment.dispute_lost': dispute,
} as const;

export type PaymentEventType = keyof typeof paymentEvents;
export type PaymentEventData<T extends PaymentEventType> = z.infer<(typeof paymentEvents)[T]>;
