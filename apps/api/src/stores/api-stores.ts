import { hints } from '#contracts';
import {
  DisputeStore,
  EventLog,
  MovementStore,
  PaymentStore,
  type Transaction,
  type TransactionScope,
} from '#persistence';
import type { StoreParts } from '#runtime';
import { IdempotencyStore } from './idempotency-store.ts';
import { ReviewStore } from './review-store.ts';

/** What a transaction of the API can reach. */
export interface ApiStores {
  readonly payments: PaymentStore;
  readonly movements: MovementStore;
  readonly disputes: DisputeStore;
  readonly idempotency: IdempotencyStore;
  readonly reviews: ReviewStore;
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
  };
}
