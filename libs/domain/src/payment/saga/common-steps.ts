import type { SagaStep } from './saga.ts';
import type { Deed, Move, ReviewStep, RiskStep } from './step-definition.ts';

// What more than one released definition says. As frozen as they are: another number is another constant.

export const end = (...does: readonly Deed[]): Move => ({ to: 'ended', does });
export const go = (to: SagaStep, ...does: readonly Deed[]): Move => ({ to, does });

/** Pauses before a surely unsent operation is tried again. Short ones first: most refusals to connect are a restart. */
export const resendPausesMs = [200, 1_000, 5_000, 30_000, 120_000] as const;
/** Pauses in line for an acquirer that can be used. The last repeats: whoever waits longest notices a return within it. */
export const queuePausesMs = [200, 1_000, 5_000, 10_000] as const;
/** After the pivot there is only forward; this many tries (over ten minutes) before a person is called. */
export const forwardTriesMax = 8;
/** An acquirer shows what it did within 2 s; the look at 12 s lies beyond the latest that acquirers document (10 s). */
export const nothingFoundMax = 2;

export const awaitingRisk: RiskStep = {
  is: 'risk',
  allow: go('authorizing'),
  review: go('in_review', 'send_to_review'),
  block: end('decline_for_risk'),
};
export const inReview: ReviewStep = {
  is: 'review',
  allow: go('authorizing', 'pass_review'),
  block: end('decline_for_risk'),
};

/** A person found a hold that is not what was asked for. Until it is surely gone the payment is not said to have failed. */
const handedBack = end({ fail_payment: 'released_by_hand' });
export const handingBack = {
  operation: 'void',
  approved: handedBack,
  declined: 'person',
  holdGone: handedBack,
} as const;
