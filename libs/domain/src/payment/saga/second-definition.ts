import {
  awaitingRisk,
  end,
  forwardTriesMax,
  go,
  handingBack,
  inReview,
  nothingFoundMax,
  queuePausesMs,
  resendPausesMs,
} from './common-steps.ts';
import type { CallStep, SagaDefinition } from './step-definition.ts';

/** Several acquirers, challenges, holds that end, and the written schedule for what nobody knows. */
export const secondDefinition = ((): SagaDefinition => {
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
