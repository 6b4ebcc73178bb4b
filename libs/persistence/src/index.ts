export { assertDurable, openDataSource, poolOf, sqlOf, type DatabaseOptions } from './data-source.ts';
export { estimateBacklog, type BacklogEstimate } from './event-backlog.ts';
export { EventLog, type NewEvent } from './event-log.ts';
export { clearInbox, keepEventPartitions } from './event-upkeep.ts';
export { EventWindow, type EventPage } from './event-window.ts';
export type { LaneCursor } from './lane-cursor.ts';
export { CommitOutcomeUnknown, DatabaseFault, isConnectionFault, violatedConstraint } from './fault.ts';
export { claimEvents, unclaimEvents } from './inbox.ts';
export type { Sql } from './sql.ts';
export { UnitOfWork, type Transaction, type TransactionScope } from './unit-of-work.ts';
export { CallbackStore } from './stores/callback-store.ts';
export { BreakerOverrideStore, type BreakerKey, type BreakerOverride } from './stores/breaker-override-store.ts';
export { AttemptStore } from './stores/attempt-store.ts';
export { DisputeStore, type AcquirerDispute, type DisputeOfPayment } from './stores/dispute-store.ts';
export {
  MovementStore,
  type Movement,
  type MovementEnd,
  type MovementKey,
  type MovementStatus,
  type NewCapture,
  type NewRefund,
} from './stores/movement-store.ts';
export { keyOf, paymentColumns, paymentOf, storedTermsOf, type PaymentRow } from './stores/payment-row.ts';
export { PaymentStore, type PaymentFact, type RiskRecord, type SettlementRecord } from './stores/payment-store.ts';
export { PerformanceStore } from './stores/performance-store.ts';
export { RoutingStore, type SavedRouting } from './stores/routing-store.ts';
export {
  SagaStore,
  type DueSaga,
  type NextRun,
  type SagaAction,
  type SagaKey,
  type StoredSaga,
} from './stores/saga-store.ts';
