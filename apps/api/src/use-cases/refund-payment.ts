import { Injectable } from '@nestjs/common';
import { requestRefund, type MerchantId, type Money, type PaymentId } from '#domain';
import { fingerprintOf } from '#security';
import type { Answer } from './answer.ts';
import { FollowUp, refusalOf, type FollowUpDecision, type FollowUpParts } from './follow-up.ts';

export interface RefundPaymentCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  /** Absent: all that is left. */
  readonly amount: Money | undefined;
  readonly reason: string | null;
  readonly awaitOutcomeMs: number;
}

/** Gives captured money back. The same key again changes nothing. */
@Injectable()
export class RefundPayment {
  constructor(private readonly followUp: FollowUp) {}

  execute(command: RefundPaymentCommand): Promise<Answer> {
    const { merchantId, paymentId, amount, reason, awaitOutcomeMs } = command;
    const fingerprint = fingerprintOf({ paymentId, amount, reason });
    const use = { merchantId, operation: 'refund_payment', key: command.idempotencyKey, fingerprint } as const;
    return this.followUp.execute({ use, merchantId, paymentId, awaitOutcomeMs }, (parts) => request(parts, command));
  }
}

async function request(
  { tx, payment, ids, now }: FollowUpParts,
  { amount, reason }: RefundPaymentCommand,
): Promise<FollowUpDecision> {
  const requested = requestRefund(payment, amount);
  if (!requested.ok) return { ok: false, refusal: refusalOf(requested.error) };

  const id = ids.next('ref');
  const given = requested.value.amount.minor;
  await tx.movements.addRefund(payment, { id, amountMinor: given, reason, createdAt: now });
  await tx.payments.save(requested.value.payment, [
    { type: 'payment.refund_requested', data: { refundId: id, amount: Number(given), reason } },
  ]);
  return { ok: true, operationId: id };
}
