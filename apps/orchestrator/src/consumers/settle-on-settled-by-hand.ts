import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSagas } from '../use-cases/advance-sagas.ts';

type Settled = EventEnvelope<PaymentEventData<'payment.settled_by_hand'>>;

/**
 * Tells the saga that is about the attempt what a person found out. Where the acquirer was faster, its answer stands and
 * no saga is about the attempt any more, or hears what it knows already.
 */
@Controller()
export class SettleOnSettledByHand {
  constructor(private readonly advanceSagas: AdvanceSagas) {}

  @EventPattern<string>('payments.v1.payment.settled_by_hand')
  async handle(@Payload() event: Settled, @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    const merchantId = event.merchantid as MerchantId;
    const paymentId = event.subject as PaymentId;
    const { attempt, outcome, reference, reason } = event.data;
    const payment = await tx.payments.lock(merchantId, paymentId);
    const attempts = payment === undefined ? undefined : (await tx.attempts.of([payment])).get(paymentId);
    const settled = attempts?.find(({ number }) => number === attempt.number);
    if (settled === undefined) return;
    const key = (await tx.sagas.about([{ merchantId, paymentId, attemptId: settled.id }])).get(settled.id);
    if (key === undefined) return;
    await this.advanceSagas.execute(tx, [
      { key, happening: { type: 'settled_by_hand', attemptNumber: attempt.number, outcome, reference, reason } },
    ]);
  }
}
