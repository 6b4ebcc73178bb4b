import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope, PaymentEventData } from '#contracts';
import { invariant, isCurrencyCode, money, parseId } from '#domain';
import type { EventContext } from '#messaging';
import type { FraudStores } from '../stores/fraud-stores.ts';
import { AssessPayments, type PaymentToAssess } from '../use-cases/assess-payments.ts';

type Created = EventEnvelope<PaymentEventData<'payment.created'>>;

/**
 * A lone payment is a batch of one and waits for nobody. In a burst a batch shares its commit: otherwise the payments of one
 * card, which count one after another, could not be more per second than the disk makes commits. At 100 the last of a batch
 * is a few milliseconds behind the first.
 */
const batchSize = 100;

@Controller()
export class AssessOnPaymentCreated {
  constructor(private readonly assessPayments: AssessPayments) {}

  @EventPattern<string>('payments.v1.payment.created', { batch: batchSize })
  async handle(@Payload() events: readonly Created[], @Ctx() { tx }: EventContext<FraudStores>): Promise<void> {
    await this.assessPayments.execute(tx, events.map(paymentOf));
  }
}

function paymentOf({ merchantid, data }: Created): PaymentToAssess {
  const { payment, cardToken, terms } = data;
  const merchantId = parseId('mer', merchantid);
  const paymentId = parseId('pay', payment.id);
  invariant(merchantId !== undefined && paymentId !== undefined, `${payment.id} of ${merchantid} is no payment's id`);
  invariant(isCurrencyCode(payment.currency), `${payment.id} is in ${payment.currency}, which is no currency`);
  return {
    merchantId,
    paymentId,
    cardToken,
    amount: money(BigInt(payment.amount), payment.currency),
    amountLimit: money(BigInt(terms.riskLimit), payment.currency),
    createdAt: new Date(payment.createdAt),
  };
}
