import { hints } from '#contracts';
import {
  AttemptStore,
  DisputeStore,
  EventLog,
  MovementStore,
  PaymentStore,
  SagaStore,
  type Transaction,
  type TransactionScope,
} from '#persistence';
import type { StoreParts } from '#runtime';
import { HandWordStore } from './hand-word-store.ts';
import { IdempotencyStore } from './idempotency-store.ts';
import { ReviewStore } from './review-store.ts';

/** What a transaction of the API can reach. */
export interface ApiStores {
  readonly payments: PaymentStore;
  readonly movements: MovementStore;
  readonly disputes: DisputeStore;
  readonly idempotency: IdempotencyStore;
  readonly reviews: ReviewStore;
  /** Read only: the orchestrator moves them. */
  readonly attempts: Pick<AttemptStore, 'of'>;
  readonly sagas: Pick<SagaStore, 'about' | 'find'>;
  readonly handWords: HandWordStore;
}

export type ApiTx = Transaction<ApiStores>;

export function apiStores(scope: TransactionScope, parts: StoreParts): ApiStores {
  const log = new EventLog(scope, parts.ids, parts.clock, parts.announce);
  return {
    payments: new PaymentStore(scope, log, parts.clock, (id) => parts.hint(hints.paymentChanged, id)),
    movements: new MovementStore(scope.sql),
    disputes: new DisputeStore(scope.sql),
    idempotency: new IdempotencyStore(scope.sql),
    reviews: new ReviewStore(scope.sql),
    attempts: new AttemptStore(scope.sql),
    sagas: new SagaStore(scope.sql),
    handWords: new HandWordStore(scope.sql),
  };
}
