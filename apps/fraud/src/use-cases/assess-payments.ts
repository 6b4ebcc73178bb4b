import { Inject, Injectable } from '@nestjs/common';
import type { FraudEventData } from '#contracts';
import { assess, invariant } from '#domain';
import type { Clock, MerchantId, Money, PaymentId, RiskRules } from '#domain';
import type { NewEvent } from '#persistence';
import { CLOCK } from '#runtime';
import type { AssessedPayment } from '../stores/assessment.store.ts';
import type { FraudStores } from '../stores/fraud-stores.ts';

export const RISK_RULES = Symbol('RiskRules');

export interface PaymentToAssess {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly cardToken: string;
  readonly amount: Money;
  /** Agreed with the merchant, in the currency of the payment. */
  readonly amountLimit: Money;
  readonly createdAt: Date;
}

/**
 * Decides about payments by the rules in force: counts the card, weighs, writes down, announces.
 *
 * Velocity counts over the whole platform and not per merchant, because who tries stolen cards spreads the tries over shops:
 * each merchant would see one or two, and only the sum shows the pattern.
 */
@Injectable()
export class AssessPayments {
  constructor(
    @Inject(RISK_RULES) private readonly rules: RiskRules,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The payments in the order in which they are to be counted. */
  async execute(tx: FraudStores, payments: readonly PaymentToAssess[]): Promise<void> {
    const uses = payments.map(({ paymentId, cardToken, createdAt }) => ({ paymentId, cardToken, usedAt: createdAt }));
    const usesInWindow = await tx.cardUses.note(uses, this.rules.cardVelocity.windowSeconds);
    const assessed = payments.map((payment) => this.weigh(payment, usesInWindow.get(payment.paymentId)));
    await Promise.all([tx.assessments.add(assessed), tx.events.append(...assessed.map(announcementOf))]);
  }

  private weigh(payment: PaymentToAssess, cardPayments: number | undefined): AssessedPayment {
    const { merchantId, paymentId, cardToken, amount, amountLimit } = payment;
    invariant(cardPayments !== undefined, `the card of ${paymentId} was noted and not counted`);
    const signals = { cardToken, amount, amountLimit, cardPayments };
    return { merchantId, paymentId, signals, assessment: assess(signals, this.rules), assessedAt: this.clock.now() };
  }
}

function announcementOf({ merchantId, paymentId, assessment, assessedAt }: AssessedPayment): NewEvent {
  const payload: FraudEventData<'payment.assessed'> = {
    paymentId,
    decision: assessment.decision,
    score: assessment.score,
    reasons: [...assessment.reasons],
    ruleVersion: assessment.ruleVersion,
    assessedAt: assessedAt.toISOString(),
  };
  return {
    merchantId,
    aggregateType: 'payment',
    aggregateId: paymentId,
    aggregateVersion: 1,
    type: 'payment.assessed',
    payload,
  };
}
