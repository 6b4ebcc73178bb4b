import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSagas } from '../use-cases/advance-sagas.ts';
import { chargeKeyOf } from '../use-cases/charge-key.ts';

type Decided = EventEnvelope<PaymentEventData<'payment.review_decided'>>;

/** Lets a payment go on, or declines it, as the person who reviewed it has decided. */
@Controller()
export class AdvanceOnReviewDecided {
  constructor(private readonly advanceSagas: AdvanceSagas) {}

  @EventPattern<string>('payments.v1.payment.review_decided')
  async handle(@Payload() event: Decided, @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    const key = chargeKeyOf(event.merchantid as MerchantId, event.subject as PaymentId);
    await this.advanceSagas.execute(tx, [
      { key, happening: { type: 'review_decided', decision: event.data.decision } },
    ]);
  }
}
