import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, FraudEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls } from '../use-cases/acquirer-calls.ts';
import { AdvanceSagas } from '../use-cases/advance-sagas.ts';
import { chargeKeyOf } from '../use-cases/charge-key.ts';
import type { SagaHappening } from '../use-cases/happening.ts';

type Assessed = EventEnvelope<FraudEventData<'payment.assessed'>>;

/** Lets payments go on, or not, as soon as risk has spoken; after the deadline the answer comes too late and is ignored. */
@Controller()
export class AdvanceOnRiskAssessed {
  constructor(
    private readonly advanceSagas: AdvanceSagas,
    private readonly calls: AcquirerCalls,
  ) {}

  @EventPattern<string>('fraud.v1.payment.assessed', { batch: 100 })
  async handle(@Payload() events: readonly Assessed[], @Ctx() context: EventContext<OrchestratorTx>): Promise<void> {
    await this.advanceSagas.execute(context.tx, events.map(riskAnswered));
    context.pauseAfterwards(() => this.calls.room());
  }
}

function riskAnswered({ merchantid, data }: Assessed): SagaHappening {
  const { decision, score, reasons, assessedAt } = data;
  return {
    key: chargeKeyOf(merchantid as MerchantId, data.paymentId as PaymentId),
    happening: {
      type: 'risk_answered',
      risk: { decision, score, reasons, decidedBy: 'rules', assessedAt: new Date(assessedAt) },
    },
  };
}
