import type { EventSource } from './subjects.ts';

/**
 * Hints are core NATS messages without any promise: they make things fast, and a poll behind each makes them sure.
 */
export const hints = {
  /** A transaction of this service appended to its event log; the relay should look now. No payload. */
  eventsAppended: (service: EventSource): string => `hints.v1.${service}.events-appended`,
  /** A payment reached a state that somebody may be waiting for. Payload: the payment's public id. */
  paymentChanged: 'hints.v1.payments.payment-changed',
  /** The feed of a merchant grew. Payload: the merchant's public id. */
  feedGrew: 'hints.v1.feed.feed-grew',
  /** A breaker of an acquirer opened, or is held open by a person or no longer. Payload: a `BreakerHint` as JSON. */
  breakerChanged: 'hints.v1.orchestrator.breaker-changed',
  /** There are webhook deliveries due. No payload. */
  deliveriesDue: 'hints.v1.feed.deliveries-due',
} as const;
