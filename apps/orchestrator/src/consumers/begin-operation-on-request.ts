import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData, PaymentEventType } from '#contracts';
import { uuidOf, type EventId, type Id, type MerchantId, type PaymentId, type SagaKind } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { BeginOperation } from '../use-cases/begin-operation.ts';

type Requested<Type extends PaymentEventType> = EventEnvelope<PaymentEventData<Type>>;

/** Carries out what merchants ask for after the authorization. */
@Controller()
export class BeginOperationOnRequest {
  constructor(private readonly beginOperation: BeginOperation) {}

  @EventPattern<string>('payments.v1.payment.capture_requested')
  async capture(
    @Payload() event: Requested<'payment.capture_requested'>,
    @Ctx() { tx }: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(tx, event, 'capture', event.data.captureId as Id<'cap'>);
  }

  /** A void has no row of its own; the request's event id names its saga. */
  @EventPattern<string>('payments.v1.payment.void_requested')
  async void(
    @Payload() event: Requested<'payment.void_requested'>,
    @Ctx() { tx }: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(tx, event, 'void', event.id as EventId);
  }

  @EventPattern<string>('payments.v1.payment.refund_requested')
  async refund(
    @Payload() event: Requested<'payment.refund_requested'>,
    @Ctx() { tx }: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(tx, event, 'refund', event.data.refundId as Id<'ref'>);
  }

  private async begin(
    tx: OrchestratorTx,
    event: EventEnvelope,
    kind: Exclude<SagaKind, 'charge'>,
    id: Id<string>,
  ): Promise<void> {
    const merchantId = event.merchantid as MerchantId;
    const paymentId = event.subject as PaymentId;
    await this.beginOperation.execute(tx, { kind, merchantId, paymentId, sagaId: uuidOf(id) });
  }
}
