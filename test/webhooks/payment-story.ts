import type { LoggedEvent, PaymentEventType, SettlementEventData } from '#contracts';
import { shardOf, type MerchantId, type PaymentId } from '#domain';
import { newId, paymentCaptured, paymentCreated } from '../support/payment-events.ts';

export interface PaymentStory {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  /** Version 1. */
  readonly created: LoggedEvent;
  /** Version 2, which merchants are not told. */
  readonly assessed: LoggedEvent;
  /** Version 3. */
  readonly authorized: LoggedEvent;
  /** Version 4. */
  readonly captured: LoggedEvent;
  /** Version 1 of the settlement service. */
  readonly settled: LoggedEvent;
}

/** What is said of a payment that goes well. */
export function aPaymentStory(merchantId: MerchantId = newId('mer')): PaymentStory {
  const paymentId = newId('pay');
  const created = paymentCreated({ merchantId, paymentId });
  const { payment } = JSON.parse(created.payload) as { payment: object };
  const said = (version: number, type: PaymentEventType, facts: object): LoggedEvent => ({
    ...created,
    id: newId('evt'),
    aggregateVersion: version,
    type,
    payload: JSON.stringify({ payment, ...facts }),
  });
  return {
    merchantId,
    paymentId,
    created,
    assessed: said(2, 'payment.risk_assessed', { decision: 'allow', score: 3, reasons: [], decidedBy: 'rules' }),
    authorized: said(3, 'payment.authorized', { attempt: { number: 1, acquirer: 'alpha' } }),
    captured: paymentCaptured({ merchantId, paymentId, version: 4 }),
    settled: paymentSettled(merchantId, paymentId),
  };
}

/** Everything that the payments service says of it, in order. */
export function paymentsPart({ created, assessed, authorized, captured }: PaymentStory): LoggedEvent[] {
  return [created, assessed, authorized, captured];
}

function paymentSettled(merchantId: MerchantId, paymentId: PaymentId): LoggedEvent {
  const data: SettlementEventData<'payment.settled'> = {
    paymentId,
    batchId: newId('bat'),
    currency: 'EUR',
    net: 1_037,
    fee: 62,
    settledAt: new Date().toISOString(),
  };
  return {
    seq: '1',
    id: newId('evt'),
    merchantId,
    shard: shardOf(merchantId),
    aggregateType: 'payment',
    aggregateId: paymentId,
    aggregateVersion: 1,
    type: 'payment.settled',
    schemaVersion: 1,
    payload: JSON.stringify(data),
    traceparent: null,
    occurredAt: new Date(),
  };
}
