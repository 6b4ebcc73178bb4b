import { Injectable } from '@nestjs/common';
import { requestCapture, type MerchantId, type Money, type PaymentId } from '#domain';
import { fingerprintOf } from '#security';
import type { Answer } from './answer.ts';
import { FollowUp, refusalOf, type FollowUpDecision, type FollowUpParts } from './follow-up.ts';

export interface CapturePaymentCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  /** Absent: all that is left. */
  readonly amount: Money | undefined;
  /** Whether what is left afterwards is released. */
  readonly final: boolean;
  readonly awaitOutcomeMs: number;
}

/** Takes money that was reserved. The same key again changes nothing. */
@Injectable()
export class CapturePayment {
  constructor(private readonly followUp: FollowUp) {}

  execute(command: CapturePaymentCommand): Promise<Answer> {
    const { merchantId, paymentId, amount, final, awaitOutcomeMs } = command;
    const fingerprint = fingerprintOf({ paymentId, amount, final });
    const use = { merchantId, operation: 'capture_payment', key: command.idempotencyKey, fingerprint } as const;
    return this.followUp.execute({ use, merchantId, paymentId, awaitOutcomeMs }, (parts) => request(parts, command));
  }
}

async function request(
  { tx, payment, ids, now }: FollowUpParts,
  { amount, final }: CapturePaymentCommand,
): Promise<FollowUpDecision> {
  const requested = requestCapture(payment, amount, final);
  if (!requested.ok) return { ok: false, refusal: refusalOf(requested.error) };

  const id = ids.next('cap');
  const taken = requested.value.amount.minor;
  await tx.movements.addCaptures([{ payment, capture: { id, amountMinor: taken, final, createdAt: now } }]);
  await tx.payments.save(requested.value.payment, [
    { type: 'payment.capture_requested', data: { captureId: id, amount: Number(taken), final } },
  ]);
  return { ok: true, operationId: id };
}
