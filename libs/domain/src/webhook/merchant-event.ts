import { invariant } from '../primitives/invariant.ts';
import { parseId, type PaymentId } from '../primitives/type-id.ts';

/**
 * What merchants are told, by the service that says it: the type on the feed, and the facts of it that they may see beside
 * the payment as it then stood. What is not listed stays inside, so a field that is added to an event is not told by accident.
 */
export const visibleFacts = {
  'payments.v1': {
    'payment.created': [],
    'payment.sent_to_review': [],
    'payment.action_required': ['redirectUrl'],
    'payment.authorized': ['attempt'],
    'payment.increased': ['increaseId', 'amount'],
    'payment.increase_failed': ['increaseId', 'amount', 'declineCode'],
    'payment.declined': ['attempt'],
    'payment.failed': ['reason'],
    'payment.captured': ['captureId', 'amount', 'final', 'acquirer'],
    'payment.capture_failed': ['captureId', 'amount', 'declineCode'],
    'payment.voided': ['released'],
    'payment.void_failed': ['declineCode'],
    'payment.expired': ['released'],
    'payment.refunded': ['refundId', 'amount', 'acquirer'],
    'payment.refund_failed': ['refundId', 'amount', 'declineCode'],
    'payment.dispute_opened': ['disputeId', 'amount', 'acquirer', 'reason', 'evidenceDueAt'],
    'payment.dispute_evidence_submitted': ['disputeId', 'amount', 'acquirer'],
    'payment.dispute_won': ['disputeId', 'amount', 'acquirer'],
    'payment.dispute_lost': ['disputeId', 'amount', 'acquirer'],
  },
  'settlement.v1': {
    'payment.settled': ['batchId', 'currency', 'net', 'fee', 'settledAt'],
  },
} as const;

type VisibleFacts = typeof visibleFacts;
export type MerchantEventType = { [Service in keyof VisibleFacts]: keyof VisibleFacts[Service] }[keyof VisibleFacts];

/** Every type that an endpoint can ask for, in the order in which a payment may meet them. */
export const merchantEventTypes: readonly MerchantEventType[] = Object.values(visibleFacts).flatMap(
  (facts) => Object.keys(facts) as MerchantEventType[],
);

/**
 * The services publish on streams of their own, and a feed that was away reads them side by side. Merchants must still not
 * hear of the consequence before the cause.
 */
export const causeOf: Readonly<Partial<Record<MerchantEventType, MerchantEventType>>> = {
  'payment.settled': 'payment.captured',
};

/** An event as the merchant sees it. */
export interface MerchantEvent {
  readonly type: MerchantEventType;
  readonly paymentId: PaymentId;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event's type on the wire, `<service>.v<version>.<aggregate>.<fact>`, and what it says. */
export interface ServiceEvent {
  readonly type: string;
  readonly data: unknown;
}

/** What the merchant is told of an event; undefined when it is none of theirs. Settlements name the payment by its id alone. */
export function merchantEventOf({ type, data }: ServiceEvent): MerchantEvent | undefined {
  const [service, version, ...fact] = type.split('.');
  const facts: Readonly<Record<string, readonly string[]>> = visibleOf(`${service}.${version}`);
  const name = fact.join('.');
  const visible = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (visible === undefined || !isRecord(data)) return undefined;

  const payment = isRecord(data['payment']) ? data['payment'] : undefined;
  const paymentId = parseId('pay', String(payment?.['id'] ?? data['paymentId']));
  invariant(paymentId !== undefined, `an event that merchants see names its payment; ${type} does not`);
  const told: Record<string, unknown> = payment === undefined ? { paymentId } : { payment };
  for (const field of visible) if (data[field] !== undefined) told[field] = data[field];
  return { type: name as MerchantEventType, paymentId, data: told };
}

function visibleOf(service: string): Readonly<Record<string, readonly string[]>> {
  return Object.hasOwn(visibleFacts, service) ? visibleFacts[service as keyof VisibleFacts] : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
