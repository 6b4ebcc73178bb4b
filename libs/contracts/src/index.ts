export { encodeEnvelope, envelopeSchema, type EventEnvelope, type LoggedEvent } from './envelope.ts';
export { deadLetterStream, filterOf, sourceOfPattern, streams, subjectOf, type EventSource } from './subjects.ts';
export { hints } from './hints.ts';
export {
  paymentSnapshot,
  paymentTerms,
  type PaymentEventData,
  type PaymentEventType,
  type PaymentSnapshot,
  type PaymentTerms,
} from './payment-events.v1.ts';
export type { FraudEventData, FraudEventType } from './fraud-events.v1.ts';
export type { SettlementEventData, SettlementEventType } from './settlement-events.v1.ts';
export {
  breakerHint,
  guardedOperations,
  type AcquirerView,
  type BreakerHint,
  type BreakerState,
  type GuardedOperation,
} from './acquirer-guards.ts';
export {
  acquirerRequests,
  operatedServices,
  operationsRequests,
  webhookRequests,
  type CreateEndpointReply,
  type CreateEndpointRequest,
  type DeadLetterView,
  type DeleteEndpointReply,
  type DeleteEndpointRequest,
  type EndpointView,
  type EventLagView,
  type OperatedService,
} from './requests.ts';
export { catalogue, schemaOf } from './catalogue.ts';
export { snapshotOf, termsOf } from './payment-snapshot.ts';
