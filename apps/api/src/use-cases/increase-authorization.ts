import { Injectable } from '@nestjs/common';
import { requestIncrease, type MerchantId, type Money, type PaymentId } from '#domain';
import { fingerprintOf } from '#security';
import type { Answer } from './answer.ts';
import { FollowUp, refusalOf, type FollowUpDecision, type FollowUpParts } from './follow-up.ts';

export interface IncreaseAuthorizationCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  /** How much more is to be held. */
  readonly amount: Money;
  readonly awaitOutcomeMs: number;
}

/** Has more held on the card than at first, as long as nothing was taken. The same key again changes nothing. */
@Injectable()
export class IncreaseAuthorization {
  constructor(private readonly followUp: FollowUp) {}

  execute(command: IncreaseAuthorizationCommand): Promise<Answer> {
    const { merchantId, paymentId, amount, awaitOutcomeMs } = command;
    const fingerprint = fingerprintOf({ paymentId, amount });
    const use = { merchantId, operation: 'increase_authorization', key: command.idempotencyKey, fingerprint } as const;
    return this.followUp.execute({ use, merchantId, paymentId, awaitOutcomeMs }, (parts) => request(parts, amount));
  }
}

async function request({ tx, payment, ids, now }: FollowUpParts, amount: Money): Promise<FollowUpDecision> {
  const requested = requestIncrease(payment, amount);
  if (!requested.ok) return { ok: false, refusal: refusalOf(requested.error) };

  const id = ids.next('inc');
  await tx.movements.addIncrease(payment, { id, amountMinor: amount.minor, createdAt: now });
  await tx.payments.save(requested.value.payment, [
    { type: 'payment.increase_requested', data: { increaseId: id, amount: Number(amount.minor) } },
  ]);
  return { ok: true, operationId: id };
}
