import { Injectable } from '@nestjs/common';
import { allowedActions, err, ok, statusOf, type Payment, type PaymentId, type Result } from '#domain';
import { UnitOfWork } from '#persistence';
import type { ApiStores } from '../stores/api-stores.ts';
import type { ReviewDecision } from '../stores/review-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';
import { refusalOfReason } from './reason.ts';

export interface DecideReviewCommand extends ReviewDecision {
  readonly paymentId: PaymentId;
}

/**
 * A person lets a payment in review go on, or blocks it. Only the decision is written here: the payment's saga carries it
 * out. The first decision stands; the same one again changes nothing.
 */
@Injectable()
export class DecideReview {
  constructor(private readonly unitOfWork: UnitOfWork<ApiStores>) {}

  execute(command: DecideReviewCommand): Promise<Result<Payment, AdminRefusal>> {
    const reason = command.reason.trim();
    const refusal = refusalOfReason(reason);
    if (refusal !== undefined) return Promise.resolve(err(refusal));
    const { paymentId, decision } = command;
    return this.unitOfWork.run(async (tx) => {
      const merchantId = await tx.reviews.merchantOf(paymentId);
      const payment = merchantId && (await tx.payments.lock(merchantId, paymentId));
      if (payment === undefined) return err(notFound(paymentId));

      const earlier = await tx.reviews.decisionOn(paymentId);
      if (earlier !== undefined) return earlier.decision === decision ? ok(payment) : err(decided(payment, earlier));
      if (payment.state !== 'in_review') return err(notInReview(payment));
      return ok(await tx.payments.save(payment, [{ type: 'payment.review_decided', data: { decision, reason } }]));
    });
  }
}

function notFound(paymentId: PaymentId): AdminRefusal {
  return { code: 'not_found', message: `There is no payment ${paymentId}.`, path: ['input', 'paymentId'] };
}

function decided(payment: Payment, earlier: ReviewDecision): AdminRefusal {
  const verdict = earlier.decision === 'allow' ? 'allowed' : 'blocked';
  return invalidState(payment, 'decision', `This payment was ${verdict} already: ${earlier.reason}`);
}

function notInReview(payment: Payment): AdminRefusal {
  const status = statusOf(payment.state);
  return invalidState(
    payment,
    'paymentId',
    `This payment is ${status}; only one that is IN_REVIEW waits for a decision.`,
  );
}

function invalidState(payment: Payment, field: string, message: string): AdminRefusal {
  const currentStatus = statusOf(payment.state);
  return {
    code: 'invalid_state',
    message,
    path: ['input', field],
    currentStatus,
    allowedActions: allowedActions(payment),
  };
}
