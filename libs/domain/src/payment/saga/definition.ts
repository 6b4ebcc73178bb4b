import { invariant } from '../../primitives/invariant.ts';
import type { AttemptOperation } from '../attempt.ts';
import type { CaptureMethod } from '../payment.ts';
import type { FailureReason, SagaCommand, SagaKind, SagaStep } from './saga.ts';

/** What is done to the payment on a move. Those that tell of a decline take it from the answer. */
export type Deed =
  | Exclude<
      SagaCommand['type'],
      'fail_payment' | 'attempt' | 'send_again' | 'check' | 'wait_for_expiry' | 'call_a_person'
    >
  | { readonly fail_payment: FailureReason };

export interface Move {
  readonly to: SagaStep;
  readonly does: readonly Deed[];
}

/** A step that has an acquirer do something. */
export interface CallStep {
  readonly is: 'call';
  readonly operation: AttemptOperation;
  /** What was surely not sent goes to another acquirer, where there is one that was not asked yet. */
  readonly elsewhere: boolean;
  /** How often a soft decline that another acquirer may see otherwise is taken there. */
  readonly softRetriesMax: number;
  /** Pauses before it is tried to send once more; the last one repeats. */
  readonly resendPausesMs: readonly [number, ...number[]];
  /** How often it is tried, or as long as the merchant is patient. */
  readonly triesMax: number | 'patience';
  readonly neverSent: Move | 'person';
  /** Pauses before the acquirer is asked what became of it, and how often in all; the last pause repeats. */
  readonly checkPausesMs: readonly [number, ...number[]];
  readonly checksMax: number;
  /** So many times "we know nothing of it" means that it was not done; then it is sent again, or given up. */
  readonly nothingFoundMax: number;
  readonly notDone: Move | 'send_again';
  readonly approved: Move | Readonly<Record<CaptureMethod, Move>>;
  readonly declined: Move | 'person';
  /** The acquirer says that the hold has ended by itself. */
  readonly holdGone?: Move;
  /** The customer has to act first. */
  readonly actionRequired?: Move;
  /** A person says that what is held is not the payment's. Absent where the step holds nothing. */
  readonly release?: Move;
}

/** The customer is with the acquirer; we look whether it is done. */
export interface CustomerStep {
  readonly is: 'customer';
  readonly checkPausesMs: readonly [number, ...number[]];
  readonly checksMax: number;
  readonly approved: Readonly<Record<CaptureMethod, Move>>;
  readonly declined: Move;
  readonly late: Move;
  /** A person says that what is held is not the payment's. */
  readonly release: Move;
}

/** Given up, but the acquirer may yet say that it was done. */
export interface WatchStep {
  readonly is: 'watch';
  readonly checkPausesMs: readonly [number, ...number[]];
  readonly approved: Move;
  readonly declined: Move;
  readonly over: Move;
}

export interface HoldStep {
  readonly is: 'hold';
  readonly over: Move;
  readonly ended: Move;
  /** Somebody is taking from it or releasing it just now: look again after this. */
  readonly busyPauseMs: number;
}

export interface RiskStep {
  readonly is: 'risk';
  readonly allow: Move;
  readonly review: Move;
  readonly block: Move;
}

export interface ReviewStep {
  readonly is: 'review';
  readonly allow: Move;
  readonly block: Move;
}

export type StepDefinition = CallStep | CustomerStep | WatchStep | HoldStep | RiskStep | ReviewStep;

export type SagaDefinition = Readonly<Record<SagaKind, Readonly<Partial<Record<SagaStep, StepDefinition>>>>>;

const end = (...does: readonly Deed[]): Move => ({ to: 'ended', does });
const go = (to: SagaStep, ...does: readonly Deed[]): Move => ({ to, does });

/** Pauses before a surely unsent operation is tried again. Short ones first: most refusals to connect are a restart. */
const resendPausesMs = [200, 1_000, 5_000, 30_000, 120_000] as const;
/** Pauses in line for an acquirer that can be used. The last repeats: whoever waits longest notices a return within it. */
const queuePausesMs = [200, 1_000, 5_000, 10_000] as const;
/** After the pivot there is only forward; this many tries (over ten minutes) before a person is called. */
const forwardTriesMax = 8;
/** An acquirer shows what it did within 2 s; the look at 12 s lies beyond the latest that acquirers document (10 s). */
const nothingFoundMax = 2;

const awaitingRisk: RiskStep = {
  is: 'risk',
  allow: go('authorizing'),
  review: go('in_review', 'send_to_review'),
  block: end('decline_for_risk'),
};
const inReview: ReviewStep = { is: 'review', allow: go('authorizing', 'pass_review'), block: end('decline_for_risk') };

/** A person found a hold that is not what was asked for. Until it is surely gone the payment is not said to have failed. */
const handedBack = end({ fail_payment: 'released_by_hand' });
const handingBack = { operation: 'void', approved: handedBack, declined: 'person', holdGone: handedBack } as const;

/**
 * The first release: one acquirer, and an hour of questions. Sagas that were born then end by it. Only a person can take
 * one of them to `handing_back`: that word came later, and nothing that they do by themselves leads there.
 */
const firstDefinition = ((): SagaDefinition => {
  const asked = {
    is: 'call',
    elsewhere: false,
    softRetriesMax: 0,
    resendPausesMs,
    checkPausesMs: [2_000, 10_000],
    /** An acquirer that cannot even be asked for an hour (one question in ten seconds) is somebody's business. */
    checksMax: 360,
    nothingFoundMax,
  } as const;
  const forward = { ...asked, triesMax: forwardTriesMax, neverSent: 'person', notDone: 'send_again' } as const;
  return {
    charge: {
      awaiting_risk: awaitingRisk,
      in_review: inReview,
      authorizing: {
        ...asked,
        operation: 'authorize',
        triesMax: 3,
        neverSent: end({ fail_payment: 'acquirer_unreachable' }),
        notDone: end({ fail_payment: 'acquirer_never_charged' }, 'abandon_attempt'),
        approved: {
          automatic: go('capturing', 'authorize_payment', 'begin_automatic_capture'),
          manual: end('authorize_payment'),
        },
        declined: end('decline_payment'),
        release: go('handing_back'),
      },
      capturing: {
        ...forward,
        operation: 'capture',
        approved: end('complete_capture'),
        // Nobody but us knows that the hold of an automatic capture is useless now: give it back.
        declined: go('releasing', 'refuse_capture'),
      },
      releasing: {
        ...forward,
        operation: 'void',
        approved: end({ fail_payment: 'capture_refused' }),
        declined: 'person',
      },
      handing_back: { ...forward, ...handingBack },
    },
    capture: {
      capturing: {
        ...forward,
        operation: 'capture',
        approved: end('complete_capture'),
        declined: end('refuse_capture'),
      },
    },
    void: {
      voiding: { ...forward, operation: 'void', approved: end('complete_void'), declined: end('refuse_void') },
    },
    refund: {
      refunding: { ...forward, operation: 'refund', approved: end('complete_refund'), declined: end('refuse_refund') },
    },
    increase: {},
    reversal: {},
  };
})();

/** Several acquirers, challenges, holds that end, and the written schedule for what nobody knows. */
const secondDefinition = ((): SagaDefinition => {
  const asked = {
    is: 'call',
    elsewhere: false,
    softRetriesMax: 0,
    resendPausesMs,
    /** 2 s, 10 s, 1 m, 10 m, 1 h; whatever nobody knows then is for a person. */
    checkPausesMs: [2_000, 10_000, 60_000, 600_000, 3_600_000],
    checksMax: 5,
    nothingFoundMax,
  } as const;
  const forward = { ...asked, triesMax: forwardTriesMax, neverSent: 'person', notDone: 'send_again' } as const;
  const approved = {
    automatic: go('capturing', 'authorize_payment', 'begin_automatic_capture'),
    manual: go('holding', 'authorize_payment'),
  } as const;
  const reversing: CallStep = {
    ...forward,
    operation: 'void',
    approved: end('tell_of_reversal'),
    declined: 'person',
    holdGone: end('tell_of_reversal'),
  };
  return {
    charge: {
      awaiting_risk: awaitingRisk,
      in_review: inReview,
      authorizing: {
        ...asked,
        operation: 'authorize',
        elsewhere: true,
        resendPausesMs: queuePausesMs,
        softRetriesMax: 2,
        triesMax: 'patience',
        neverSent: end({ fail_payment: 'acquirer_unreachable' }),
        // The customer hears now that nothing was taken; should the acquirer think otherwise later, it is given back.
        notDone: go('watching', { fail_payment: 'acquirer_never_charged' }),
        approved,
        declined: end('decline_payment'),
        actionRequired: go('awaiting_customer', 'require_action'),
        release: go('handing_back'),
      },
      awaiting_customer: {
        is: 'customer',
        checkPausesMs: [10_000, 30_000],
        // Some four hours beyond the end of our patience with the customer, if the acquirer cannot be asked.
        checksMax: 480,
        approved,
        declined: end('decline_payment'),
        late: go('calling_off'),
        release: go('handing_back'),
      },
      calling_off: {
        ...forward,
        operation: 'void',
        approved: end({ fail_payment: 'customer_did_not_return' }),
        declined: 'person',
        holdGone: end({ fail_payment: 'customer_did_not_return' }),
      },
      watching: {
        is: 'watch',
        checkPausesMs: [60_000, 600_000, 3_600_000],
        approved: go('reversing'),
        declined: end(),
        over: end('abandon_attempt'),
      },
      reversing,
      capturing: {
        ...forward,
        operation: 'capture',
        approved: end('complete_capture'),
        // Nobody but us knows that the hold of an automatic capture is useless now: give it back.
        declined: go('releasing', 'refuse_capture'),
        holdGone: end('refuse_capture', 'expire_payment'),
      },
      releasing: {
        ...forward,
        operation: 'void',
        approved: end({ fail_payment: 'capture_refused' }),
        declined: 'person',
        holdGone: end({ fail_payment: 'capture_refused' }),
      },
      holding: { is: 'hold', over: go('expiring', 'begin_expiry'), ended: end('expire_payment'), busyPauseMs: 60_000 },
      expiring: {
        ...forward,
        operation: 'void',
        approved: end('expire_payment'),
        declined: 'person',
        holdGone: end('expire_payment'),
      },
      handing_back: { ...forward, ...handingBack },
    },
    capture: {
      capturing: {
        ...forward,
        operation: 'capture',
        approved: end('complete_capture'),
        declined: end('refuse_capture'),
        holdGone: end('refuse_capture', 'expire_payment'),
      },
    },
    void: {
      voiding: {
        ...forward,
        operation: 'void',
        approved: end('complete_void'),
        declined: end('refuse_void'),
        holdGone: end('expire_payment'),
      },
    },
    refund: {
      refunding: { ...forward, operation: 'refund', approved: end('complete_refund'), declined: end('refuse_refund') },
    },
    increase: {
      increasing: {
        ...forward,
        operation: 'increase',
        approved: end('complete_increase'),
        declined: end('refuse_increase'),
        holdGone: end('refuse_increase', 'expire_payment'),
      },
    },
    reversal: { reversing },
  };
})();

/** What new sagas are born with. */
export const sagaDefinitionVersion = 2;

/** Each as it was released: a running saga is driven by the one that it was born with. Frozen; a change is a new version. */
const definitions: Readonly<Record<number, SagaDefinition>> = { 1: firstDefinition, 2: secondDefinition };

/** Undefined for a step at which nothing can happen any more. */
export function stepOf(version: number, kind: SagaKind, step: SagaStep): StepDefinition | undefined {
  const definition = definitions[version];
  invariant(definition !== undefined, `no saga definition has the version ${version}`);
  return definition[kind][step];
}
