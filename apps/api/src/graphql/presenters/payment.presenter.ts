import { allowedActions, statusOf, type Payment } from '#domain';
import type { CaptureView, IncreaseView, RefundView } from '../../readers/operation-reader.ts';
import type { PaymentView, SettlementView } from '../../readers/payment-view.ts';
import type { AuthorizationIncreaseType } from '../types/authorization-increase.type.ts';
import type { CaptureType } from '../types/capture.type.ts';
import { presentMoney, type MoneyType } from '../types/money.type.ts';
import type { SettlementType } from '../types/payment-details.type.ts';
import type { PaymentType } from '../types/payment.type.ts';
import type { RefundType } from '../types/refund.type.ts';

export function presentPayment(view: PaymentView): PaymentType {
  const { payment, metadata, risk, settlement } = view;
  const amountOf = (minor: bigint): MoneyType => presentMoney({ minor, currency: payment.amount.currency });
  return {
    __typename: 'Payment',
    view,
    id: payment.id,
    reference: payment.reference,
    status: statusOf(payment.state),
    captureMethod: payment.captureMethod,
    amount: presentMoney(payment.amount),
    authorized: amountOf(payment.balance.authorized),
    captured: amountOf(payment.balance.captured),
    refunded: amountOf(payment.balance.refunded),
    allowedActions: allowedActions(payment),
    decline: payment.decline,
    nextAction: payment.redirectUrl === null ? null : { redirectUrl: payment.redirectUrl },
    authorizationExpiresAt: payment.authorizationExpiresAt,
    risk,
    settlement: presentSettlement(payment, settlement),
    metadata,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  };
}

/**
 * Settled is a payment of which the batches so far hold everything: what was captured less what was refunded, is disputed or
 * was charged back is what they paid out and took as fees. A later capture, refund or dispute makes it wait for the next batch
 * again.
 */
function presentSettlement({ balance }: Payment, settlement: SettlementView | null): SettlementType | null {
  if (settlement === null) {
    if (balance.captured === 0n) return null;
    return { status: 'pending', batchId: null, net: null, fee: null, settledAt: null };
  }
  const { batchId, net, fee, settledAt } = settlement;
  const { captured, refunded, disputed, chargedBack } = balance;
  const everything = net.minor + fee.minor === captured - refunded - disputed - chargedBack;
  return {
    status: everything ? 'settled' : 'pending',
    batchId,
    net: presentMoney(net),
    fee: presentMoney(fee),
    settledAt,
  };
}

export function presentCapture({ id, amount, status, final, createdAt }: CaptureView): CaptureType {
  return { __typename: 'Capture', id, amount: presentMoney(amount), status, final, createdAt };
}

export function presentIncrease({ id, amount, status, createdAt }: IncreaseView): AuthorizationIncreaseType {
  return { __typename: 'AuthorizationIncrease', id, amount: presentMoney(amount), status, createdAt };
}

export function presentRefund({ id, amount, status, reason, createdAt }: RefundView): RefundType {
  return { __typename: 'Refund', id, amount: presentMoney(amount), status, reason, createdAt };
}
