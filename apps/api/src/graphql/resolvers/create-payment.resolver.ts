import { Args, Context, Extensions, Mutation, Resolver } from '@nestjs/graphql';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { CreatePayment } from '../../use-cases/create-payment.ts';
import { CreatePaymentInput } from '../inputs/create-payment.input.ts';
import { moneyOf } from '../inputs/money.input.ts';
import { problemsOf } from '../inputs/problems.ts';
import { movesMoney } from '../limits/operation-limits.ts';
import type { MerchantContext } from '../merchant-context.ts';
import { CreatePaymentPayload } from '../payloads/payment.payloads.ts';
import { AnswerPresenter } from '../presenters/answer.presenter.ts';

@Resolver()
export class CreatePaymentResolver {
  constructor(
    private readonly useCase: CreatePayment,
    private readonly answers: AnswerPresenter,
  ) {}

  @Extensions(movesMoney)
  @Mutation(() => CreatePaymentPayload, {
    nullable: true,
    description: 'Takes a payment. The same key again changes nothing.',
  })
  async createPayment(
    @Args('input', { type: () => CreatePaymentInput, description: 'What is to be paid.' }) input: CreatePaymentInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<CreatePaymentPayload> {
    const problems = problemsOf(input, CreatePaymentInput);
    if (problems.length > 0) return this.answers.problems('create_payment', problems);

    const { idempotencyKey, reference, captureMethod, awaitOutcomeMs } = input;
    return this.answers.answer('create_payment', merchantId, context, () =>
      this.useCase.execute({
        merchantId,
        idempotencyKey,
        reference,
        amount: moneyOf(input.amount),
        cardToken: input.source.cardToken,
        captureMethod,
        metadata: input.metadata ?? {},
        returnUrl: input.returnUrl ?? null,
        awaitOutcomeMs,
      }),
    );
  }
}
