import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData, PaymentEventType } from '#contracts';
import { uuidOf, type EventId, type Id, type MerchantId, type PaymentId, type SagaKind } from '#domain';
import { EventContext } from '#messaging';
import type { OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AcquirerCalls } from '../use-cases/acquirer-calls.ts';
import { AdvanceSagas } from '../use-cases/advance-sagas.ts';

type Requested<Type extends PaymentEventType> = EventEnvelope<PaymentEventData<Type>>;

/** Carries out what merchants ask for after the authorization. */
@Controller()
export class BeginOperationOnRequest {
  constructor(
    private readonly advanceSagas: AdvanceSagas,
    private readonly calls: AcquirerCalls,
  ) {}

  @EventPattern<string>('payments.v1.payment.capture_requested', { batch: 100 })
  async capture(
    @Payload() events: readonly Requested<'payment.capture_requested'>[],
    @Ctx() context: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(context, events, 'capture', (event) => event.data.captureId as Id<'cap'>);
  }

  /** A void has no row of its own; the request's event id names its saga. */
  @EventPattern<string>('payments.v1.payment.void_requested', { batch: 100 })
  async void(
    @Payload() events: readonly Requested<'payment.void_requested'>[],
    @Ctx() context: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(context, events, 'void', (event) => event.id as EventId);
  }

  @EventPattern<string>('payments.v1.payment.refund_requested', { batch: 100 })
  async refund(
    @Payload() events: readonly Requested<'payment.refund_requested'>[],
    @Ctx() context: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(context, events, 'refund', (event) => event.data.refundId as Id<'ref'>);
  }

  @EventPattern<string>('payments.v1.payment.increase_requested', { batch: 100 })
  async increase(
    @Payload() events: readonly Requested<'payment.increase_requested'>[],
    @Ctx() context: EventContext<OrchestratorTx>,
  ): Promise<void> {
    await this.begin(context, events, 'increase', (event) => event.data.increaseId as Id<'inc'>);
  }

  private async begin<Event extends EventEnvelope>(
    context: EventContext<OrchestratorTx>,
    events: readonly Event[],
    kind: Exclude<SagaKind, 'charge' | 'reversal'>,
    idOfSaga: (event: Event) => Id<string>,
  ): Promise<void> {
    const happenings = events.map((event) => ({
      key: {
        merchantId: event.merchantid as MerchantId,
        paymentId: event.subject as PaymentId,
        id: uuidOf(idOfSaga(event)),
      },
      happening: { type: 'requested', kind } as const,
    }));
    await this.advanceSagas.execute(context.tx, happenings);
    context.pauseAfterwards(() => this.calls.room());
  }
}
