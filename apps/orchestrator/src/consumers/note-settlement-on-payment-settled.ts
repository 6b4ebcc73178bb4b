import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, SettlementEventData } from '#contracts';
import type { BatchId, MerchantId, PaymentId } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';

type Settled = EventEnvelope<SettlementEventData<'payment.settled'>>;

/** Shows on the payments what the books say of them. A settlement batch tells of many at once. */
@Controller()
export class NoteSettlementOnPaymentSettled {
  @EventPattern<string>('settlement.v1.payment.settled', { batch: 200 })
  async handle(@Payload() events: readonly Settled[], @Ctx() { tx }: EventContext<OrchestratorTx>): Promise<void> {
    await tx.payments.recordSettlements(
      events.map(({ merchantid, data }) => ({
        merchantId: merchantid as MerchantId,
        paymentId: data.paymentId as PaymentId,
        batchId: data.batchId as BatchId,
        netMinor: BigInt(data.net),
        feeMinor: BigInt(data.fee),
        settledAt: new Date(data.settledAt),
      })),
    );
  }
}
