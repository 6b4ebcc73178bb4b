import {
  awaitingRisk,
  end,
  forwardTriesMax,
  go,
  handingBack,
  inReview,
  nothingFoundMax,
  resendPausesMs,
} from './common-steps.ts';
import type { SagaDefinition } from './step-definition.ts';

/**
 * The first release: one acquirer, and an hour of questions. Sagas that were born then end by it. Only a person can take
 * one of them to `handing_back`: that word came later, and nothing that they do by themselves leads there.
 */
export const firstDefinition = ((): SagaDefinition => {
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
