import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, FraudEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSaga } from '../use-cases/advance-saga.ts';
import { chargeKeyOf } from '../use-cases/charge-key.ts';

type Assessed = EventEnvelope<FraudEventData<'payment.assessed'>>;

/** Lets the payment go on, or not, as soon as risk has spoken; after the deadline the answer comes too late and is ignored. */
@Controller()
export class AdvanceOnRiskAssessed {
  constructor(private readonly advanceSaga: AdvanceSaga) {}

  @EventPattern<string>('fraud.v1.payment.assessed')
  async handle(@Payload() event: Assessed, @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    const merchantId = event.merchantid as MerchantId;
    const paymentId = event.data.paymentId as PaymentId;
    const { decision, score, reasons, assessedAt } = event.data;
    await this.advanceSaga.execute(tx, chargeKeyOf(merchantId, paymentId), {
      type: 'risk_answered',
      risk: { decision, score, reasons, decidedBy: 'rules', assessedAt: new Date(assessedAt) },
    });
  }
}
