import { statusOf, type Payment } from '#domain';
import type { PaymentSnapshot, PaymentTerms } from './payment-events.v1.ts';

/** The payment as events show it. Amounts fit a JSON integer: the database admits none above 2^53 − 1. */
export function snapshotOf(payment: Payment): PaymentSnapshot {
  return {
    id: payment.id,
    reference: payment.reference,
    status: statusOf(payment.state),
    captureMethod: payment.captureMethod,
    currency: payment.amount.currency,
    amount: Number(payment.amount.minor),
    authorized: Number(payment.balance.authorized),
    captured: Number(payment.balance.captured),
    refunded: Number(payment.balance.refunded),
    decline: payment.decline,
    createdAt: payment.createdAt.toISOString(),
  };
}

export function termsOf(payment: Payment): PaymentTerms {
  const { feeBasisPoints, feeFixed, riskLimit, riskFloor } = payment.terms;
  return {
    feeBasisPoints,
    feeFixed: Number(feeFixed),
    riskLimit: Number(riskLimit),
    riskFloor: Number(riskFloor),
  };
}
