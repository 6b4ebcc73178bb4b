import { randomFillSync } from 'node:crypto';
import type { FraudEventData, LoggedEvent, PaymentEventData, PaymentEventType, PaymentTerms } from '#contracts';
import { shardOf, type CurrencyCode, type Id, type MerchantId, type PaymentId } from '#domain';
import { RandomIds, SystemClock } from '#security';

const ids = new RandomIds(new SystemClock(), randomFillSync);

export function newId<P extends string>(prefix: P): Id<P> {
  return ids.next(prefix);
}

/** What a test says about a payment; the rest is an ordinary payment of 10.99 EUR at 2.9 % and 0.30. */
export interface PaymentFacts {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly currency: CurrencyCode;
  /** Of the payment when it is created; of the movement when it is captured or refunded. Minor units. */
  readonly amount: number;
  readonly cardToken: string;
  readonly terms: PaymentTerms;
  readonly acquirer: string;
  readonly version: number;
  readonly at: Date;
}

const ordinaryTerms: PaymentTerms = { feeBasisPoints: 290, feeFixed: 30, riskLimit: 100_000, riskFloor: 5_000 };

function completed(facts: Partial<PaymentFacts>): PaymentFacts {
  return {
    merchantId: newId('mer'),
    paymentId: newId('pay'),
    currency: 'EUR',
    amount: 1_099,
    cardToken: 'tok_visa',
    terms: ordinaryTerms,
    acquirer: 'alpha',
    version: 1,
    at: new Date(),
    ...facts,
  };
}

export function paymentCreated(facts: Partial<PaymentFacts> = {}): LoggedEvent {
  const { cardToken, terms, ...all } = completed(facts);
  const data: PaymentEventData<'payment.created'> = { payment: snapshotOf(all, 'PROCESSING'), cardToken, terms };
  return logged(all, 'payment.created', data);
}

export function paymentCaptured(facts: Partial<PaymentFacts> = {}): LoggedEvent {
  const { terms, ...all } = completed({ version: 4, ...facts });
  const { amount, acquirer } = all;
  const payment = { ...snapshotOf(all, 'CAPTURED'), authorized: amount, captured: amount };
  const data: PaymentEventData<'payment.captured'> = {
    payment,
    captureId: newId('cap'),
    amount,
    final: true,
    acquirer,
    terms,
  };
  return logged(all, 'payment.captured', data);
}

export function paymentRefunded(facts: Partial<PaymentFacts> = {}): LoggedEvent {
  const all = completed({ version: 6, ...facts });
  const { amount, acquirer } = all;
  const payment = { ...snapshotOf(all, 'REFUNDED'), authorized: amount, captured: amount, refunded: amount };
  const data: PaymentEventData<'payment.refunded'> = { payment, refundId: newId('ref'), amount, acquirer };
  return logged(all, 'payment.refunded', data);
}

/** `payment.dispute_opened` of the amount, and what became of it. */
export function paymentDisputed(
  became: 'dispute_opened' | 'dispute_won' | 'dispute_lost',
  facts: Partial<PaymentFacts> = {},
): LoggedEvent {
  const all = completed({ version: became === 'dispute_opened' ? 5 : 6, ...facts });
  const { amount, acquirer, at } = all;
  const payment = { ...snapshotOf(all, 'CAPTURED'), authorized: amount, captured: amount };
  const data = { payment, disputeId: newId('dsp'), amount, acquirer };
  if (became !== 'dispute_opened') return logged(all, `payment.${became}`, data);
  const evidenceDueAt = new Date(at.getTime() + 7 * 86_400_000).toISOString();
  return logged(all, 'payment.dispute_opened', { ...data, reason: 'fraudulent', evidenceDueAt });
}

/** What the fraud service says when its rules allow a payment. */
export function paymentAllowed(merchantId: MerchantId, paymentId: PaymentId): LoggedEvent {
  const data: FraudEventData<'payment.assessed'> = {
    paymentId,
    decision: 'allow',
    score: 1,
    reasons: [],
    ruleVersion: 1,
    assessedAt: new Date().toISOString(),
  };
  return {
    ...logged({ ...completed({ merchantId, paymentId }), version: 1 }, 'payment.created', {} as never),
    type: 'payment.assessed',
    payload: JSON.stringify(data),
  };
}

type Subject = Pick<PaymentFacts, 'merchantId' | 'paymentId' | 'currency' | 'amount' | 'version' | 'at'>;

function snapshotOf({ paymentId, currency, amount, at }: Subject, status: string) {
  return {
    id: paymentId,
    reference: `order of ${paymentId}`,
    status,
    captureMethod: 'automatic' as const,
    currency,
    amount,
    authorized: 0,
    captured: 0,
    refunded: 0,
    decline: null,
    createdAt: at.toISOString(),
  };
}

function logged<T extends PaymentEventType>(
  { merchantId, paymentId, version, at }: Subject,
  type: T,
  data: PaymentEventData<T>,
): LoggedEvent {
  return {
    seq: '1',
    id: newId('evt'),
    merchantId,
    shard: shardOf(merchantId),
    aggregateType: 'payment',
    aggregateId: paymentId,
    aggregateVersion: version,
    type,
    schemaVersion: 1,
    payload: JSON.stringify(data),
    traceparent: null,
    occurredAt: at,
  };
}
