import { uuidOf, type MerchantId, type PaymentId } from '#domain';
import type { SagaKey } from '#persistence';

/** A payment has one charge, and the charge has the payment's id. */
export function chargeKeyOf(merchantId: MerchantId, paymentId: PaymentId): SagaKey {
  return { merchantId, paymentId, id: uuidOf(paymentId) };
}
