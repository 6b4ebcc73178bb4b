import type { AttemptOperation } from '../attempt.ts';
import type { CaptureMethod, Decline } from '../payment.ts';

/**
 * What drives a payment through its outside calls. `charge` runs from creation until nothing is held any more that nobody
 * asked for; `reversal` gives back an approval that came after we had given up; the others are one operation that a
 * merchant asked for.
 */
export type SagaKind = 'charge' | 'capture' | 'void' | 'refund' | 'increase' | 'reversal';

export type SagaStep =
  | 'awaiting_risk'
  | 'in_review'
  | 'authorizing'
  | 'awaiting_customer'
  | 'calling_off'
  | 'watching'
  | 'reversing'
  | 'capturing'
  | 'releasing'
  | 'holding'
  | 'expiring'
  | 'handing_back'
  | 'voiding'
  | 'refunding'
  | 'increasing'
  | 'ended'
  | 'needs_person';

export interface Saga {
  readonly kind: SagaKind;
  readonly step: SagaStep;
  /** The definition that it was born with, and is driven by to its end whatever is deployed meanwhile. */
  readonly version: number;
  readonly captureMethod: CaptureMethod;
  /** How often the operation of this step has been sent or tried to be sent; asking elsewhere at once is the same try. */
  readonly tries: number;
  /** How often the acquirer has been asked what became of the current attempt. */
  readonly checks: number;
  /** How often another acquirer was asked because one declined softly. */
  readonly softRetries: number;
  /** The step that a person is to find out about; null unless the saga waits for one. */
  readonly stuckAt: SagaStep | null;
}

/** What the acquirer of the current attempt says of it, when asked to do it or when asked what became of it. */
export type CallEvent =
  | { readonly type: 'approved' }
  /** `elsewhere`: an acquirer that has not been asked yet can be. */
  | { readonly type: 'declined'; readonly decline: Decline; readonly elsewhere: boolean }
  /** The customer has to act first. `late`: for longer than we wait for customers. */
  | { readonly type: 'action_required'; readonly late: boolean }
  /** Surely not sent. `patienceMs`: how long the payment may wait in line. */
  | { readonly type: 'not_sent'; readonly elsewhere: boolean; readonly patienceMs: number }
  | { readonly type: 'contact_lost' }
  /** The acquirer says that it knows nothing of the attempt. `heardTimeout`: our own call ran into its deadline. */
  | { readonly type: 'nothing_found'; readonly heardTimeout: boolean }
  /** The acquirer's answer contradicts what was asked (another amount, for example). */
  | { readonly type: 'contradicted'; readonly reason: string };

export type SagaEvent =
  | { readonly type: 'risk_answered'; readonly decision: 'allow' | 'review' | 'challenge' | 'block' }
  | { readonly type: 'risk_silent'; readonly withinFloor: boolean }
  | { readonly type: 'review_decided'; readonly decision: 'allow' | 'block' }
  | { readonly type: 'withdrawn' }
  /** No acquirer can be asked at the moment. */
  | { readonly type: 'no_acquirer'; readonly patienceMs: number }
  /** The time of the hold is over by our reckoning, or the acquirer says that it has ended. */
  | { readonly type: 'hold_over'; readonly rest: 'none' | 'busy' | 'open' }
  | { readonly type: 'hold_ended'; readonly rest: 'none' | 'busy' | 'open' }
  /** A person found out what became of the attempt. */
  | { readonly type: 'settled_by_hand'; readonly outcome: HandOutcome; readonly reason: string }
  | CallEvent;

export type SagaCommand =
  | { readonly type: 'send_to_review' }
  | { readonly type: 'pass_review' }
  | { readonly type: 'decline_for_risk' }
  | { readonly type: 'require_action' }
  | { readonly type: 'authorize_payment' }
  | { readonly type: 'decline_payment'; readonly decline: Decline }
  | { readonly type: 'fail_payment'; readonly reason: FailureReason }
  | { readonly type: 'begin_automatic_capture' }
  | { readonly type: 'complete_capture' }
  | { readonly type: 'refuse_capture'; readonly declineCode: string }
  | { readonly type: 'begin_expiry' }
  | { readonly type: 'expire_payment' }
  | { readonly type: 'complete_void' }
  | { readonly type: 'refuse_void'; readonly declineCode: string }
  | { readonly type: 'complete_refund' }
  | { readonly type: 'refuse_refund'; readonly declineCode: string }
  | { readonly type: 'complete_increase' }
  | { readonly type: 'refuse_increase'; readonly declineCode: string }
  /** Nothing was done: an attempt whose outcome stayed open counts as never sent. */
  | { readonly type: 'abandon_attempt' }
  /** An approval that nobody waits for any more has been given back. */
  | { readonly type: 'tell_of_reversal' }
  /** A new attempt with a new key, now or after a pause; `elsewhere` at an acquirer that was not asked yet. */
  | { readonly type: 'attempt'; readonly operation: AttemptOperation; readonly afterMs: number }
  /** The same attempt with the same key once more. */
  | { readonly type: 'send_again' }
  /** Ask the acquirer what became of the attempt. `known`: its outcome is not in doubt, only not there yet. */
  | { readonly type: 'check'; readonly afterMs: number; readonly known: boolean }
  /** Look again whether the hold can be ended; without `afterMs` when its time is over. */
  | { readonly type: 'wait_for_expiry'; readonly afterMs: number | null }
  | { readonly type: 'call_a_person'; readonly reason: string };

/**
 * What a person may have found out: it was done, it was refused, nothing was done, or something is held that cannot be the
 * payment's and is to be given back.
 */
export type HandOutcome = 'approved' | 'declined' | 'not_done' | 'release';

export type FailureReason =
  | 'acquirer_unreachable'
  | 'acquirer_never_charged'
  | 'capture_refused'
  | 'customer_did_not_return'
  | 'released_by_hand';

export interface SagaTransition {
  readonly saga: Saga;
  readonly commands: readonly SagaCommand[];
}
