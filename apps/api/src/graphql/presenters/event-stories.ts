import type { PaymentEventData, PaymentEventType, PaymentSnapshot } from '#contracts';
import { decimalOf, type CurrencyCode } from '#domain';
import type { JsonObject } from '../scalars/json-object.scalar.ts';

/** An event in one sentence for people, and the facts behind it for programs. */
export interface Story {
  readonly summary: string;
  readonly details: JsonObject;
}

type Storyteller<Type extends PaymentEventType> = (data: PaymentEventData<Type>) => Story;

/** Facts are named one by one: an event carries more than a merchant is told, the card token for one. */
const stories: { readonly [Type in PaymentEventType]: Storyteller<Type> } = {
  'payment.created': ({ payment }) => ({
    summary: `Accepted ${inWords(payment.amount, payment)} for ${payment.reference}, to be captured ${
      payment.captureMethod === 'automatic' ? 'as soon as it is authorized' : 'when the merchant asks for it'
    }.`,
    details: {
      reference: payment.reference,
      amount: payment.amount,
      currency: payment.currency,
      captureMethod: payment.captureMethod,
    },
  }),
  'payment.risk_assessed': ({ decision, score, reasons, decidedBy }) => ({
    summary: riskInWords(decision, score, decidedBy),
    details: { decision, score, reasons, decidedBy },
  }),
  'payment.sent_to_review': () => ({ summary: 'The payment waits for a person to look at it.', details: {} }),
  'payment.review_decided': ({ decision, reason }) => ({
    summary: `A person ${decision === 'allow' ? 'let the payment pass' : 'blocked the payment'}: ${reason}`,
    details: { decision, reason },
  }),
  'payment.action_required': ({ attempt, redirectUrl }) => ({
    summary: `${attempt.acquirer} wants the customer to confirm the payment first.`,
    details: { attempt, redirectUrl },
  }),
  'payment.needs_person': ({ attempt, reason }) => ({
    summary: `A person is called: ${reason}.`,
    details: { attempt, reason },
  }),
  'payment.settled_by_hand': ({ attempt, outcome, reference, reason }) => ({
    summary: `A person found out that attempt ${attempt.number} ${outcomeInWords[outcome]}: ${reason}`,
    details: { attempt, outcome, reference, reason },
  }),
  'payment.reversed': ({ attempt }) => ({
    summary: `${attempt.acquirer} had approved after we had given up, and has released the money again.`,
    details: { attempt },
  }),
  'payment.fraud_warned': ({ reason }) => ({
    summary: `The acquirer warns that the card may have been misused: ${reason}.`,
    details: { reason },
  }),
  'payment.increase_requested': ({ payment, increaseId, amount }) => ({
    summary: `The merchant asked to hold ${inWords(amount, payment)} more.`,
    details: { increaseId, amount, currency: payment.currency },
  }),
  'payment.increased': ({ payment, increaseId, amount }) => ({
    summary: `${inWords(amount, payment)} more is held.`,
    details: { increaseId, amount, currency: payment.currency },
  }),
  'payment.increase_outcome_unknown': ({ attempt, nextCheckAt }) => ({
    summary: `${attempt.acquirer} did not answer whether more is held; ${attempt.acquirer} is asked what became of it.`,
    details: { attempt, nextCheckAt },
  }),
  'payment.increase_failed': ({ payment, increaseId, amount, declineCode }) => ({
    summary: `${inWords(amount, payment)} more could not be held: ${declineCode}.`,
    details: { increaseId, amount, currency: payment.currency, declineCode },
  }),
  'payment.expired': ({ payment, released }) => ({
    summary: `The hold of ${inWords(released, payment)} ran out.`,
    details: { released, currency: payment.currency },
  }),
  'payment.authorized': ({ payment, attempt }) => ({
    summary: `${attempt.acquirer} authorized ${inWords(payment.authorized, payment)}.`,
    details: { attempt, authorized: payment.authorized, currency: payment.currency },
  }),
  'payment.declined': ({ payment: { decline }, attempt }) => ({
    summary: `Declined by ${sourceInWords[decline?.source ?? 'acquirer']}: ${decline?.message ?? 'no reason was given.'}`,
    details: { attempt, decline },
  }),
  'payment.failed': ({ reason }) => ({
    summary: `Could not be completed, and nothing was taken: ${failureInWords[reason] ?? reason}.`,
    details: { reason },
  }),
  'payment.outcome_unknown': ({ attempt, operation, nextCheckAt }) => ({
    summary: `${attempt.acquirer} did not answer the ${operation}, so its outcome is unknown; ${attempt.acquirer} is asked what became of it.`,
    details: { attempt, operation, nextCheckAt },
  }),
  'payment.capture_requested': ({ payment, captureId, amount, final }) => ({
    summary: `The merchant asked to capture ${inWords(amount, payment)}${final ? ' and to release the rest' : ''}.`,
    details: { captureId, amount, currency: payment.currency, final },
  }),
  'payment.captured': ({ payment, captureId, amount, final, acquirer }) => ({
    summary: `${acquirer} captured ${inWords(amount, payment)}.`,
    details: { captureId, amount, currency: payment.currency, final, acquirer },
  }),
  'payment.capture_failed': ({ payment, captureId, amount, declineCode }) => ({
    summary: `The capture of ${inWords(amount, payment)} was refused: ${declineCode}.`,
    details: { captureId, amount, currency: payment.currency, declineCode },
  }),
  'payment.void_requested': ({ reason }) => ({
    summary: `The merchant asked to release the hold${becauseOf(reason)}.`,
    details: { reason },
  }),
  'payment.voided': ({ payment, released }) => ({
    summary:
      released === 0
        ? 'Withdrawn before anything was held.'
        : `The hold of ${inWords(released, payment)} was released.`,
    details: { released, currency: payment.currency },
  }),
  'payment.void_failed': ({ declineCode }) => ({
    summary: `The hold could not be released: ${declineCode}.`,
    details: { declineCode },
  }),
  'payment.refund_requested': ({ payment, refundId, amount, reason }) => ({
    summary: `The merchant asked to refund ${inWords(amount, payment)}${becauseOf(reason)}.`,
    details: { refundId, amount, currency: payment.currency, reason },
  }),
  'payment.refunded': ({ payment, refundId, amount, acquirer }) => ({
    summary: `${acquirer} refunded ${inWords(amount, payment)}.`,
    details: { refundId, amount, currency: payment.currency, acquirer },
  }),
  'payment.refund_failed': ({ payment, refundId, amount, declineCode }) => ({
    summary: `The refund of ${inWords(amount, payment)} was refused: ${declineCode}.`,
    details: { refundId, amount, currency: payment.currency, declineCode },
  }),
  'payment.dispute_opened': ({ payment, disputeId, amount, acquirer, reason, evidenceDueAt }) => ({
    summary: `The cardholder disputes ${inWords(amount, payment)}: ${reason}. The amount is held back; evidence is taken until ${evidenceDueAt}.`,
    details: { disputeId, amount, currency: payment.currency, acquirer, reason, evidenceDueAt },
  }),
  'payment.dispute_evidence_submitted': ({ payment, disputeId, amount, acquirer }) => ({
    summary: `The merchant answered the dispute of ${inWords(amount, payment)}; ${acquirer} is handed the evidence.`,
    details: { disputeId, amount, currency: payment.currency, acquirer },
  }),
  'payment.dispute_won': ({ payment, disputeId, amount, acquirer }) => ({
    summary: `The dispute of ${inWords(amount, payment)} was won, and the amount is no longer held back.`,
    details: { disputeId, amount, currency: payment.currency, acquirer },
  }),
  'payment.dispute_lost': ({ payment, disputeId, amount, acquirer }) => ({
    summary: `The dispute of ${inWords(amount, payment)} was lost, and the cardholder has the amount.`,
    details: { disputeId, amount, currency: payment.currency, acquirer },
  }),
};

/** The log was written by us, maybe by a newer release: a type without a story is told by its name. */
export function storyOf(type: string, data: JsonObject): Story {
  const tell = Object.hasOwn(stories, type) ? stories[type as PaymentEventType] : undefined;
  if (tell === undefined) return { summary: `${type}.`, details: {} };
  return (tell as (data: JsonObject) => Story)(data);
}

const decisionInWords = {
  allow: 'the payment goes on',
  review: 'a person looks at the payment first',
  challenge: 'a person looks at the payment first, because the customer should prove who they are',
  block: 'the payment is declined',
} as const;

/** A silent fraud service has to be visible: then it was not risk that let the payment pass. */
function riskInWords(decision: keyof typeof decisionInWords, score: number, decidedBy: 'rules' | 'policy'): string {
  if (decidedBy === 'rules') return `Risk gave a score of ${score} of 100: ${decisionInWords[decision]}.`;
  const because = decision === 'allow' ? 'within' : 'above';
  return `Fraud detection did not answer in time, so the written policy decided: ${decisionInWords[decision]}, because the amount is ${because} the merchant’s floor.`;
}

const sourceInWords = {
  issuer: 'the card’s bank',
  acquirer: 'the acquirer',
  risk: 'our risk rules',
} as const;

const failureInWords: Readonly<Record<string, string>> = {
  capture_refused: 'the capture was refused and the hold released',
  acquirer_unreachable: 'the acquirer could not be reached',
  acquirer_never_charged: 'the acquirer never got the request',
  customer_did_not_return: 'the customer did not confirm it in time',
  released_by_hand: 'a person had the hold released',
};

const outcomeInWords = {
  approved: 'was done',
  declined: 'was refused',
  not_done: 'was never done',
  release: 'holds what has to be given back',
} as const;

function inWords(minor: number, payment: PaymentSnapshot): string {
  const currency = payment.currency as CurrencyCode;
  return `${decimalOf({ minor: BigInt(minor), currency })} ${currency}`;
}

function becauseOf(reason: string | null): string {
  return reason === null || reason === '' ? '' : `, because: ${reason}`;
}
