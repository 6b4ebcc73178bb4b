import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import { invariant, isCurrencyCode, money, parseId } from '#domain';
import type { EventContext } from '#messaging';
import type { SettlementStores } from '../stores/settlement-stores.ts';
import { PostMovements, type MoneyMovement } from '../use-cases/post-movements.ts';

type Captured = EventEnvelope<PaymentEventData<'payment.captured'>>;
type Refunded = EventEnvelope<PaymentEventData<'payment.refunded'>>;
type Disputed = EventEnvelope<
  PaymentEventData<'payment.dispute_opened' | 'payment.dispute_won' | 'payment.dispute_lost'>
>;

/** Beyond 200 journals a transaction grows no cheaper per journal, and a failing one is taken apart for longer. */
const batchSize = 200;

/**
 * Only the events that move money are asked for: the others are four of five, and each would cost a row of the inbox. They may be
 * posted side by side, also of one payment, because a journal depends on nothing but its own event.
 */
@Controller()
export class PostJournalsOnMoneyMoved {
  constructor(private readonly postMovements: PostMovements) {}

  @EventPattern<string>('payments.v1.payment.captured', { batch: batchSize })
  async onCaptured(
    @Payload() events: readonly Captured[],
    @Ctx() { tx }: EventContext<SettlementStores>,
  ): Promise<void> {
    await this.postMovements.execute(tx, events.map(captureOf));
  }

  @EventPattern<string>('payments.v1.payment.refunded', { batch: batchSize })
  async onRefunded(
    @Payload() events: readonly Refunded[],
    @Ctx() { tx }: EventContext<SettlementStores>,
  ): Promise<void> {
    await this.postMovements.execute(tx, events.map(refundOf));
  }

  @EventPattern<string>('payments.v1.payment.dispute_opened', { batch: batchSize })
  async onDisputeOpened(
    @Payload() events: readonly Disputed[],
    @Ctx() { tx }: EventContext<SettlementStores>,
  ): Promise<void> {
    await this.postMovements.execute(tx, events.map(disputeOf('dispute_opened')));
  }

  @EventPattern<string>('payments.v1.payment.dispute_won', { batch: batchSize })
  async onDisputeWon(
    @Payload() events: readonly Disputed[],
    @Ctx() { tx }: EventContext<SettlementStores>,
  ): Promise<void> {
    await this.postMovements.execute(tx, events.map(disputeOf('dispute_won')));
  }

  @EventPattern<string>('payments.v1.payment.dispute_lost', { batch: batchSize })
  async onDisputeLost(
    @Payload() events: readonly Disputed[],
    @Ctx() { tx }: EventContext<SettlementStores>,
  ): Promise<void> {
    await this.postMovements.execute(tx, events.map(disputeOf('dispute_lost')));
  }
}

function captureOf(event: Captured): MoneyMovement {
  const movement = movementOf(event);
  const { feeBasisPoints, feeFixed } = event.data.terms;
  const terms = { basisPoints: BigInt(feeBasisPoints), fixed: money(BigInt(feeFixed), movement.amount.currency) };
  return { ...movement, kind: 'capture', terms };
}

function refundOf(event: Refunded): MoneyMovement {
  return { ...movementOf(event), kind: 'refund' };
}

function disputeOf(kind: 'dispute_opened' | 'dispute_won' | 'dispute_lost'): (event: Disputed) => MoneyMovement {
  return (event) => ({ ...movementOf(event), kind });
}

function movementOf({ id, merchantid, time, data }: Captured | Refunded | Disputed) {
  const { payment, amount, acquirer } = data;
  const eventId = parseId('evt', id);
  const merchantId = parseId('mer', merchantid);
  const paymentId = parseId('pay', payment.id);
  invariant(
    eventId !== undefined && merchantId !== undefined && paymentId !== undefined,
    `${id} names ${payment.id} of ${merchantid}, and one of the three is no id`,
  );
  invariant(isCurrencyCode(payment.currency), `${payment.id} is in ${payment.currency}, which is no currency`);
  const moved = money(BigInt(amount), payment.currency);
  return { eventId, merchantId, paymentId, acquirer, amount: moved, occurredAt: new Date(time) };
}
