import type { AttemptId, HandOutcome, SagaKind } from '#domain';
import type { RiskRecord, SagaKey } from '#persistence';
import type { FindAnswer } from '../acquirers/acquirer.ts';

/** What can happen to a saga, as the world outside the domain tells it. */
export type Happening =
  | { readonly type: 'risk_answered'; readonly risk: RiskRecord }
  | { readonly type: 'risk_silent' }
  | { readonly type: 'review_decided'; readonly decision: 'allow' | 'block' }
  | { readonly type: 'withdrawn' }
  /** The merchant asks for something; its saga begins with this. */
  | { readonly type: 'requested'; readonly kind: Exclude<SagaKind, 'charge' | 'reversal'> }
  | { readonly type: 'try_due'; readonly epoch: number }
  /** The time of the hold is over by our reckoning. */
  | { readonly type: 'hold_due' }
  /** The acquirer says that the hold has ended. */
  | { readonly type: 'hold_ended' }
  /** An acquirer that had refused, or had surely not been reached, says that it approved after all. */
  | { readonly type: 'approved_late'; readonly attemptId: AttemptId; readonly reference: string }
  /** `reference`: the acquirer's id of what was done, where it was done. */
  | {
      readonly type: 'settled_by_hand';
      readonly attemptNumber: number;
      readonly outcome: HandOutcome;
      readonly reference: string | null;
      readonly reason: string;
    }
  /**
   * From our own call, from the acquirer unasked, or from asking what became of the call: then `epoch` is the saga's when
   * that was due, so that two who asked at the same time count once.
   */
  | { readonly type: 'answered'; readonly attemptId: AttemptId; readonly answer: FindAnswer; readonly epoch?: number };

/** Something that happened, and to which saga. */
export interface SagaHappening {
  readonly key: SagaKey;
  readonly happening: Happening;
}
