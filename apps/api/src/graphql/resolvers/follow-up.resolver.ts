import type { Type } from '@nestjs/common';
import { Args, Context, Extensions, Mutation, Resolver } from '@nestjs/graphql';
import { parseId, type MerchantId, type PaymentId } from '#domain';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { refused, type Answer, type MoneyOperation } from '../../use-cases/answer.ts';
import { IncreaseAuthorization } from '../../use-cases/increase-authorization.ts';
import { CapturePayment } from '../../use-cases/capture-payment.ts';
import { RefundPayment } from '../../use-cases/refund-payment.ts';
import { VoidPayment } from '../../use-cases/void-payment.ts';
import {
  CapturePaymentInput,
  IncreaseAuthorizationInput,
  RefundPaymentInput,
  VoidPaymentInput,
  type FollowUpInput,
} from '../inputs/follow-up.inputs.ts';
import { moneyOf } from '../inputs/money.input.ts';
import { problemsOf } from '../inputs/problems.ts';
import { movesMoney } from '../limits/operation-limits.ts';
import type { MerchantContext } from '../merchant-context.ts';
import {
  CapturePaymentPayload,
  IncreaseAuthorizationPayload,
  RefundPaymentPayload,
  VoidPaymentPayload,
} from '../payloads/payment.payloads.ts';
import { AnswerPresenter, type PaymentAnswer } from '../presenters/answer.presenter.ts';
import { presentCapture, presentIncrease, presentRefund } from '../presenters/payment.presenter.ts';

/** What all commands take from the request as it is. */
interface FollowUpCommand {
  readonly merchantId: MerchantId;
  readonly idempotencyKey: string;
  readonly paymentId: PaymentId;
  readonly awaitOutcomeMs: number;
}

interface Caller {
  readonly merchantId: MerchantId;
  readonly context: MerchantContext;
}

@Resolver()
export class FollowUpResolver {
  constructor(
    private readonly increase: IncreaseAuthorization,
    private readonly capture: CapturePayment,
    private readonly release: VoidPayment,
    private readonly refund: RefundPayment,
    private readonly answers: AnswerPresenter,
  ) {}

  @Extensions(movesMoney)
  @Mutation(() => CapturePaymentPayload, {
    nullable: true,
    description: 'Takes money that is held. The same key again changes nothing.',
  })
  async capturePayment(
    @Args('input', { type: () => CapturePaymentInput, description: 'What is to be taken.' }) input: CapturePaymentInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<CapturePaymentPayload> {
    const answer = await this.answer(
      'capture_payment',
      CapturePaymentInput,
      input,
      { merchantId, context },
      (command) =>
        this.capture.execute({
          ...command,
          amount: input.amount ? moneyOf(input.amount) : undefined,
          final: input.final,
        }),
    );
    const made = (await capturesOf(answer, context)).find((capture) => capture.id === answer.operationId);
    return { ...answer, capture: made === undefined ? null : presentCapture(made) };
  }

  @Extensions(movesMoney)
  @Mutation(() => IncreaseAuthorizationPayload, {
    nullable: true,
    description: 'Has more held on the card, as long as nothing was taken. The same key again changes nothing.',
  })
  async increaseAuthorization(
    @Args('input', { type: () => IncreaseAuthorizationInput, description: 'How much more is to be held.' })
    input: IncreaseAuthorizationInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<IncreaseAuthorizationPayload> {
    const answer = await this.answer(
      'increase_authorization',
      IncreaseAuthorizationInput,
      input,
      { merchantId, context },
      (command) => this.increase.execute({ ...command, amount: moneyOf(input.amount) }),
    );
    const { payment, operationId } = answer;
    const increases = payment === null ? [] : await context.loaders.increases(payment.view.payment.id);
    const made = increases.find((increase) => increase.id === operationId);
    return { ...answer, increase: made === undefined ? null : presentIncrease(made) };
  }

  @Extensions(movesMoney)
  @Mutation(() => VoidPaymentPayload, {
    nullable: true,
    description: 'Releases what is still held of a payment. The same key again changes nothing.',
  })
  voidPayment(
    @Args('input', { type: () => VoidPaymentInput, description: 'What is to be released.' }) input: VoidPaymentInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<VoidPaymentPayload> {
    return this.answer('void_payment', VoidPaymentInput, input, { merchantId, context }, (command) =>
      this.release.execute({ ...command, reason: input.reason ?? null }),
    );
  }

  @Extensions(movesMoney)
  @Mutation(() => RefundPaymentPayload, {
    nullable: true,
    description: 'Gives back money that was taken. The same key again changes nothing.',
  })
  async refundPayment(
    @Args('input', { type: () => RefundPaymentInput, description: 'What is to be given back.' })
    input: RefundPaymentInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<RefundPaymentPayload> {
    const answer = await this.answer('refund_payment', RefundPaymentInput, input, { merchantId, context }, (command) =>
      this.refund.execute({
        ...command,
        amount: input.amount ? moneyOf(input.amount) : undefined,
        reason: input.reason ?? null,
      }),
    );
    const made = (await refundsOf(answer, context)).find((refund) => refund.id === answer.operationId);
    return { ...answer, refund: made === undefined ? null : presentRefund(made) };
  }

  private async answer<Input extends FollowUpInput>(
    operation: MoneyOperation,
    inputClass: Type<Input>,
    input: Input,
    { merchantId, context }: Caller,
    execute: (command: FollowUpCommand) => Promise<Answer>,
  ): Promise<PaymentAnswer> {
    const problems = problemsOf(input, inputClass);
    if (problems.length > 0) return this.answers.problems(operation, problems);
    const { idempotencyKey, awaitOutcomeMs } = input;
    const paymentId = parseId('pay', input.paymentId);
    return this.answers.answer(operation, merchantId, context, async () =>
      paymentId === undefined ? noSuchPayment : execute({ merchantId, idempotencyKey, paymentId, awaitOutcomeMs }),
    );
  }
}

/** What is no id of a payment names none, whoever asks. */
const noSuchPayment = refused({
  code: 'not_found',
  message: 'There is no such payment of this merchant: ids of payments look like pay_01kb3x….',
  path: ['input', 'paymentId'],
});

async function capturesOf(
  { payment }: PaymentAnswer,
  { loaders }: MerchantContext,
): ReturnType<MerchantContext['loaders']['captures']> {
  return payment === null ? [] : loaders.captures(payment.view.payment.id);
}

async function refundsOf(
  { payment }: PaymentAnswer,
  { loaders }: MerchantContext,
): ReturnType<MerchantContext['loaders']['refunds']> {
  return payment === null ? [] : loaders.refunds(payment.view.payment.id);
}
