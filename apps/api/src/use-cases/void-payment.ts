import { Injectable } from '@nestjs/common';
import { requestVoid, type MerchantId, type PaymentId } from '#domain';
import type { PaymentFact } from '#persistence';
import { fingerprintOf } from '#security';
import type { Answer } from './answer.ts';
import { FollowUp, refusalOf, type FollowUpDecision, type FollowUpParts } from './follow-up.ts';

export interface VoidPaymentCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  readonly reason: string | null;
  readonly awaitOutcomeMs: number;
}

/** Releases money that was reserved and not taken. Voiding what is void is done already, and no error. */
@Injectable()
export class VoidPayment {
  constructor(private readonly followUp: FollowUp) {}

  execute(command: VoidPaymentCommand): Promise<Answer> {
    const { merchantId, paymentId, reason, awaitOutcomeMs } = command;
    const fingerprint = fingerprintOf({ paymentId, reason });
    const use = { merchantId, operation: 'void_payment', key: command.idempotencyKey, fingerprint } as const;
    return this.followUp.execute({ use, merchantId, paymentId, awaitOutcomeMs }, (parts) => request(parts, reason));
  }
}

async function request({ tx, payment }: FollowUpParts, reason: string | null): Promise<FollowUpDecision> {
  const requested = requestVoid(payment);
  if (!requested.ok) return { ok: false, refusal: refusalOf(requested.error) };

  const voiding = requested.value;
  if (voiding !== payment) {
    const facts: PaymentFact[] = [{ type: 'payment.void_requested', data: { reason } }];
    // In review nothing is held yet, so there is nothing to wait for.
    if (voiding.state === 'voided') facts.push({ type: 'payment.voided', data: { released: 0 } });
    await tx.payments.save(voiding, facts);
  }
  return { ok: true, operationId: null };
}
