import { Inject, Injectable } from '@nestjs/common';
import { invariant, type MerchantId } from '#domain';
import type { Metrics } from '#observability';
import { METRICS } from '#runtime';
import { keptMetadata } from '../../readers/kept-metadata.ts';
import type { PaymentView } from '../../readers/payment-view.ts';
import { PaymentReader } from '../../readers/payment-reader.ts';
import type { Answer, MoneyOperation } from '../../use-cases/answer.ts';
import { Overloaded } from '../../use-cases/intake-gate.ts';
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

/** Asks for a money mutation, and shows what it did: the payment as it stands now, whenever the key was used first. */
@Injectable()
export class AnswerPresenter {
  constructor(
    private readonly payments: PaymentReader,
    private readonly userErrors: UserErrors,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** For input with which no use-case was bothered. */
  problems(operation: MoneyOperation, problems: readonly Problem[]): PaymentAnswer {
    this.count(operation, 'refused');
    return refusedWith(problems.map((problem) => this.userErrors.ofProblem(problem)));
  }

  async answer(
    operation: MoneyOperation,
    merchantId: MerchantId,
    context: MerchantContext,
    execute: () => Promise<Answer>,
  ): Promise<PaymentAnswer> {
    const answer = await execute().catch((error: unknown) => {
      if (error instanceof Overloaded) this.metrics.intake.shed.inc({ reason: error.reason });
      this.count(operation, error instanceof Overloaded ? 'shed' : 'failed');
      throw error;
    });
    this.count(operation, answer.replayed ? 'replayed' : answer.kind);
    context.idempotency = { replayed: answer.replayed };
    if (answer.kind === 'refused') return refusedWith([this.userErrors.ofRefusal(answer.refusal)]);
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

  private count(operation: MoneyOperation, result: 'accepted' | 'replayed' | 'refused' | 'shed' | 'failed'): void {
    this.metrics.mutations.inc({ operation, result });
  }
}

function refusedWith(userErrors: readonly UserErrorType[]): PaymentAnswer {
  return { payment: null, operationId: null, userErrors };
}
