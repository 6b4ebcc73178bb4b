import type { AttemptId, SagaKind } from '#domain';
import type { RiskRecord, SagaKey } from '#persistence';
import type { FindAnswer } from '../acquirers/acquirer.ts';

/** What can happen to a saga, as the world outside the domain tells it. */
export type Happening =
  | { readonly type: 'risk_answered'; readonly risk: RiskRecord }
  | { readonly type: 'risk_silent' }
  | { readonly type: 'review_decided'; readonly decision: 'allow' | 'block' }
  | { readonly type: 'withdrawn' }
  /** The merchant asks for something; its saga begins with this. */
  | { readonly type: 'requested'; readonly kind: Exclude<SagaKind, 'charge'> }
  | { readonly type: 'try_due'; readonly epoch: number }
  /** From our own call, or from asking what became of it. */
  | { readonly type: 'answered'; readonly attemptId: AttemptId; readonly answer: FindAnswer };

/** Something that happened, and to which saga. */
export interface SagaHappening {
  readonly key: SagaKey;
  readonly happening: Happening;
}
