import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import type { MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import { ENVIRONMENT, type OrchestratorEnvironment } from '../orchestrator.config.ts';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';

type Created = EventEnvelope<PaymentEventData<'payment.created'>>;

/** Sets the deadline for the risk answer. The answer itself may be here already. */
@Controller()
export class BeginChargeOnPaymentCreated {
  constructor(@Inject(ENVIRONMENT) private readonly environment: OrchestratorEnvironment) {}

  @EventPattern<string>('payments.v1.payment.created', { batch: 200 })
  async handle(@Payload() events: readonly Created[], @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    const payments = events.map((event) => ({
      merchantId: event.merchantid as MerchantId,
      paymentId: event.subject as PaymentId,
      captureMethod: event.data.payment.captureMethod,
    }));
    await tx.sagas.beginCharges(payments, this.environment.FRAUD_DEADLINE_MS);
  }
}
