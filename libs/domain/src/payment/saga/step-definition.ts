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
