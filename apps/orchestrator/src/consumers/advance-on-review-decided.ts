import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSaga } from '../use-cases/advance-saga.ts';
import { chargeKeyOf } from '../use-cases/charge-key.ts';

type Decided = EventEnvelope<PaymentEventData<'payment.review_decided'>>;

/** Lets a payment go on, or declines it, as the person who reviewed it has decided. */
@Controller()
export class AdvanceOnReviewDecided {
  constructor(private readonly advanceSaga: AdvanceSaga) {}

  @EventPattern<string>('payments.v1.payment.review_decided')
  async handle(@Payload() event: Decided, @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    const key = chargeKeyOf(event.merchantid as MerchantId, event.subject as PaymentId);
    await this.advanceSaga.execute(tx, key, { type: 'review_decided', decision: event.data.decision });
  }
}
