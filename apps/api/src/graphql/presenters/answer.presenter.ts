import { Injectable } from '@nestjs/common';
import { invariant, type MerchantId } from '#domain';
import { keptMetadata } from '../../readers/kept-metadata.ts';
import type { PaymentView } from '../../readers/payment-view.ts';
import { PaymentReader } from '../../readers/payment-reader.ts';
import type { Answer } from '../../use-cases/answer.ts';
import { UserErrors } from '../errors/user-errors.ts';
import type { Problem } from '../inputs/problems.ts';
import type { MerchantContext } from '../merchant-context.ts';
import type { PaymentType } from '../types/payment.type.ts';
import type { UserErrorType } from '../types/user-error.type.ts';
import { presentPayment } from './payment.presenter.ts';

type Accepted = Extract<Answer, { kind: 'accepted' }>;

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
    const view = await this.viewOf(answer, merchantId);
    return { payment: presentPayment(view), operationId: answer.operationId, userErrors: [] };
  }

  private async viewOf({ written, paymentId }: Accepted, merchantId: MerchantId): Promise<PaymentView> {
    if (written !== undefined) {
      return { payment: written.payment, metadata: keptMetadata(written.metadata), risk: null, settlement: null };
    }
    const view = await this.payments.find(merchantId, paymentId);
    invariant(view !== undefined, `${paymentId} was accepted and so is there`);
    return view;
  }
}
