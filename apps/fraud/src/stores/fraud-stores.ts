import { EventLog, type TransactionScope } from '#persistence';
import type { StoreParts } from '#runtime';
import { AssessmentStore } from './assessment.store.ts';
import { CardUseStore } from './card-use.store.ts';

/** What a transaction of the fraud service offers. */
export interface FraudStores {
  readonly cardUses: CardUseStore;
  readonly assessments: AssessmentStore;
  readonly events: EventLog;
}

export function fraudStores(scope: TransactionScope, { ids, clock, announce }: StoreParts): FraudStores {
  return {
    cardUses: new CardUseStore(scope.sql),
    assessments: new AssessmentStore(scope.sql),
    events: new EventLog(scope, ids, clock, announce),
  };
}
