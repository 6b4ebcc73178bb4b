export { assess } from './fraud/assess.ts';
export type { Assessment, RiskSignals } from './fraud/assess.ts';
export { riskRules } from './fraud/rules.ts';
export type { RiskDecision, RiskRules, RiskVerdict } from './fraud/rules.ts';
export { normalSide } from './ledger/account.ts';
export type {
  AccountName,
  AcquirerAccountName,
  Direction,
  MerchantAccountName,
  PlatformAccountName,
} from './ledger/account.ts';
export { feeOf } from './ledger/fee.ts';
export type { FeeTerms } from './ledger/fee.ts';
export { journalOf } from './ledger/journal-of-fact.ts';
export type { LedgerFact } from './ledger/journal-of-fact.ts';
export { assertBalanced } from './ledger/journal.ts';
export type { Entry, Journal, JournalKind } from './ledger/journal.ts';
export { allocate } from './money/allocation.ts';
export { currencyCodes, currencyExponent, isCurrencyCode } from './money/currency.ts';
export type { CurrencyCode } from './money/currency.ts';
export { decimalOf, parseDecimal } from './money/decimal.ts';
export type { DecimalRejection } from './money/decimal.ts';
export { add, compare, isPositive, isZero, money, negate, subtract, zero } from './money/money.ts';
export type { Money } from './money/money.ts';
export { shareOf } from './money/share.ts';
export type { Rounding } from './money/share.ts';
export type { Clock } from './ports/clock.ts';
export type { Ids } from './ports/ids.ts';
export { BrokenInvariant, invariant } from './primitives/invariant.ts';
export { err, ok } from './primitives/result.ts';
export type { Result } from './primitives/result.ts';
export { shardCount, shardOf } from './primitives/shard.ts';
export { idOf, parseId, uuidOf } from './primitives/type-id.ts';
export type {
  ApiKeyId,
  AttemptId,
  BatchId,
  CaptureId,
  DisputeId,
  EventId,
  Id,
  MerchantId,
  PaymentId,
  IncreaseId,
  RefundId,
  WebhookDeliveryId,
  WebhookEndpointId,
} from './primitives/type-id.ts';
export { uuidV7 } from './primitives/uuid-v7.ts';
export {
  attemptTransitions,
  isFinished,
  nextAttemptState,
  type Attempt,
  type AttemptEvent,
  type AttemptOperation,
  type AttemptState,
  type RouteRecord,
} from './payment/attempt.ts';
export {
  closeDispute,
  disputeTransitions,
  openDispute,
  submitEvidence,
  type Dispute,
  type DisputeContradiction,
  type DisputedPayment,
  type DisputeEvent,
  type DisputeOutcome,
  type DisputeStatus,
  type EvidenceRejection,
} from './payment/dispute.ts';
export {
  nextPaymentState,
  paymentTransitions,
  statesOf,
  statusOf,
  type PaymentEvent,
  type PaymentState,
  type PaymentStatus,
} from './payment/lifecycle.ts';
export {
  actionRequired,
  authorized,
  captured,
  captureRefused,
  declined,
  expired,
  expiring,
  failed,
  increased,
  increaseRefused,
  passedReview,
  refunded,
  refundRefused,
  sentToReview,
  voided,
  voidRefused,
} from './payment/outcomes.ts';
export {
  allowedActions,
  emptyBalance,
  restOfHold,
  type Balance,
  type CaptureMethod,
  type Decline,
  type Payment,
  type PaymentAction,
  type Terms,
} from './payment/payment.ts';
export {
  requestCapture,
  requestIncrease,
  requestRefund,
  requestVoid,
  type RequestedMovement,
  type RequestRejection,
} from './payment/requests.ts';
export { advance, beginCharge, beginOperation, operationOf } from './payment/saga/advance.ts';
export { sagaDefinitionVersion } from './payment/saga/definition.ts';
export { handOutcomesOf } from './payment/saga/hand-outcomes.ts';
export type {
  CallEvent,
  HandOutcome,
  Saga,
  SagaCommand,
  SagaEvent,
  SagaKind,
  SagaStep,
  SagaTransition,
} from './payment/saga/saga.ts';
export {
  declineCodes,
  isDeclineCode,
  meaningOf,
  type DeclineCode,
  type DeclineMeaning,
} from './payment/decline-codes.ts';
export { cardFactsOf, type CardBrand, type CardFacts } from './payment/card-facts.ts';
export { isTestCardToken, testCardTokens, type TestCardToken } from './payment/test-card-tokens.ts';
export type { AcquirerCosts } from './routing/acquirer-costs.ts';
export { acquirerCosts, ordinaryRouting } from './routing/acquirers.ts';
export {
  cardBrands,
  type RoutingConfiguration,
  type RoutingRule,
  type RoutingShare,
  type RoutingStrategy,
  type RuleConditions,
} from './routing/configuration.ts';
export {
  observe,
  segmentOf,
  type AcquirerPerformance,
  type Observation,
  type PerformanceStatistics,
  type Segment,
  type SegmentPerformance,
} from './routing/performance.ts';
export {
  route,
  type Availability,
  type NoRoute,
  type RouteCandidate,
  type RouteChoice,
  type RouteRequest,
  type RoutingKnowledge,
} from './routing/route.ts';
export { validateRouting, type RoutingProblem, type RoutingProblemCode } from './routing/validate.ts';
export { batchesOf } from './settlement/batch.ts';
export type { Batch, SettlementItem, SettlementTotals } from './settlement/batch.ts';
export {
  attemptDelaysMs,
  deliveryTransitions,
  judgeAttempt,
  type Answer,
  type Attempted,
  type DeliveryStatus,
  type Verdict,
} from './webhook/delivery.ts';
export {
  endpointsMax,
  endpointUrlLengthMax,
  eventTypesAsked,
  isAskedFor,
  type EndpointStatus,
} from './webhook/endpoint.ts';
export {
  aggregateKey,
  inVersionOrder,
  type AggregateKey,
  type Ordered,
  type Versioned,
} from './webhook/event-order.ts';
export {
  causeOf,
  merchantEventOf,
  visibleFacts,
  type MerchantEvent,
  type MerchantEventType,
} from './webhook/merchant-event.ts';
