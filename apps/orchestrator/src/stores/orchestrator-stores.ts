import { hints } from '#contracts';
import {
  AttemptStore,
  CallbackStore,
  DisputeStore,
  EventLog,
  MovementStore,
  PaymentStore,
  PerformanceStore,
  RoutingStore,
  SagaStore,
  type Transaction,
  type TransactionScope,
} from '#persistence';
import type { StoreParts } from '#runtime';

/** What a transaction of the orchestrator can reach. */
export interface OrchestratorStores {
  readonly payments: PaymentStore;
  readonly movements: MovementStore;
  readonly attempts: AttemptStore;
  readonly sagas: SagaStore;
  readonly callbacks: CallbackStore;
  readonly routing: RoutingStore;
  readonly performance: PerformanceStore;
  readonly disputes: DisputeStore;
}

export type OrchestratorTx = Transaction<OrchestratorStores>;

export function orchestratorStores(scope: TransactionScope, parts: StoreParts): OrchestratorStores {
  const log = new EventLog(scope, parts.ids, parts.clock, parts.announce);
  return {
    payments: new PaymentStore(scope, log, parts.clock, (id) => parts.hint(hints.paymentChanged, id)),
    movements: new MovementStore(scope.sql),
    attempts: new AttemptStore(scope.sql),
    sagas: new SagaStore(scope.sql),
    callbacks: new CallbackStore(scope.sql),
    routing: new RoutingStore(scope.sql),
    performance: new PerformanceStore(scope.sql),
    disputes: new DisputeStore(scope.sql),
  };
}
