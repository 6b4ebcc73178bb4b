import { Injectable } from '@nestjs/common';
import { err, handOutcomesOf, ok, type Attempt, type Payment, type PaymentId, type Result } from '#domain';
import { UnitOfWork } from '#persistence';
import type { ApiStores, ApiTx } from '../stores/api-stores.ts';
import type { HandWord } from '../stores/hand-word-store.ts';
import type { AdminRefusal } from './admin-refusal.ts';
import { refusalOfReason } from './reason.ts';
import { cannotBe, noSuchAttempt, noSuchPayment, notOpen, settledBefore } from './settle-refusals.ts';
import { referenceOf } from './settled-reference.ts';

export interface SettleAttemptCommand extends HandWord {
  readonly paymentId: PaymentId;
  readonly attemptNumber: number;
}

/**
 * A person says what became of an attempt whose outcome nobody knows. Only the word is written here: the saga that is about
 * the attempt goes by it. The first word stands until a person is called once more; the same one again changes nothing.
 */
@Injectable()
export class SettleAttempt {
  constructor(private readonly unitOfWork: UnitOfWork<ApiStores>) {}

  execute(command: SettleAttemptCommand): Promise<Result<Payment, AdminRefusal>> {
    const { outcome, acquirerReference } = command;
    const word = { outcome, acquirerReference: acquirerReference?.trim() ?? null, reason: command.reason.trim() };
    const refusal = refusalOfReason(word.reason);
    if (refusal !== undefined) return Promise.resolve(err(refusal));
    return this.unitOfWork.run((tx) => this.settle(tx, { ...command, ...word }));
  }

  private async settle(tx: ApiTx, command: SettleAttemptCommand): Promise<Result<Payment, AdminRefusal>> {
    const { paymentId, attemptNumber, outcome, reason } = command;
    const merchantId = await tx.reviews.merchantOf(paymentId);
    const payment = merchantId && (await tx.payments.lock(merchantId, paymentId));
    if (payment === undefined) return err(noSuchPayment(paymentId));
    const attempts = (await tx.attempts.of([payment])).get(paymentId) ?? [];
    const attempt = attempts.find(({ number }) => number === attemptNumber);
    if (attempt === undefined) return err(noSuchAttempt(payment, attemptNumber));

    const reference = referenceOf(command, attempt);
    const earlier = await tx.handWords.wordOn(paymentId, attemptNumber);
    if (earlier !== undefined) {
      const same = reference.ok && earlier.outcome === outcome && earlier.acquirerReference === reference.value;
      return same ? ok(payment) : err(settledBefore(payment, earlier));
    }
    const possible = await outcomesFor(tx, payment, attempt);
    if (possible.length === 0) return err(notOpen(payment, attempt));
    if (!possible.includes(outcome)) return err(cannotBe(payment, attempt, possible));
    if (!reference.ok) return reference;
    const data = { attempt: { number: attemptNumber }, outcome, reference: reference.value, reason };
    return ok(await tx.payments.save(payment, [{ type: 'payment.settled_by_hand', data }]));
  }
}

async function outcomesFor(
  tx: ApiTx,
  { merchantId, id: paymentId }: Payment,
  attempt: Attempt,
): Promise<ReturnType<typeof handOutcomesOf>> {
  const key = (await tx.sagas.about([{ merchantId, paymentId, attemptId: attempt.id }])).get(attempt.id);
  const stored = key && (await tx.sagas.find([key])).get(key.id);
  return stored === undefined ? [] : handOutcomesOf(stored.saga, attempt);
}
