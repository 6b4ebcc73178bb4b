import { Injectable } from '@nestjs/common';
import { invariant, type MerchantId } from '#domain';
import type { PaymentView } from '../../readers/payment-view.ts';
import { PaymentReader } from '../../readers/payment-reader.ts';
import type { Answer } from '../../use-cases/answer.ts';
import { UserErrors } from '../errors/user-errors.ts';
import type { Problem } from '../inputs/problems.ts';
import type { MerchantContext } from '../merchant-context.ts';
import type { PaymentType } from '../types/payment.type.ts';
import type { UserErrorType } from '../types/user-error.type.ts';
import { presentPayment } from './payment.presenter.ts';

export interface PaymentAnswer {
  readonly payment: PaymentType | null;
  readonly userErrors: readonly UserErrorType[];
  /** The capture or refund that the mutation made. */
  readonly operationId: string | null;
}

/** Shows what a money mutation did: the payment as it stands now, whenever the key was used first. */
@Injectable()
export class AnswerPresenter {
  constructor(
    private readonly payments: PaymentReader,
    private readonly userErrors: UserErrors,
  ) {}

  /** For input with which no use-case was bothered. */
  problems(problems: readonly Problem[]): PaymentAnswer {
    return {
      payment: null,
      operationId: null,
      userErrors: problems.map((problem) => this.userErrors.ofProblem(problem)),
    };
  }

  async present(answer: Answer, merchantId: MerchantId, context: MerchantContext): Promise<PaymentAnswer> {
    context.idempotency = { replayed: answer.replayed };
    if (answer.kind === 'refused') {
      return { payment: null, operationId: null, userErrors: [this.userErrors.ofRefusal(answer.refusal)] };
    }
    const view: PaymentView | undefined = await this.payments.find(merchantId, answer.paymentId);
    invariant(view !== undefined, `${answer.paymentId} was accepted and so is there`);
    return { payment: presentPayment(view), operationId: answer.operationId, userErrors: [] };
  }
}
