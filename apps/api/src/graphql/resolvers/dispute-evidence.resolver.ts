import { Args, Context, Extensions, Mutation, Resolver } from '@nestjs/graphql';
import { parseId } from '#domain';
import { Merchant } from '../../auth/merchant.decorator.ts';
import type { MerchantPrincipal } from '../../auth/principal.ts';
import { refused } from '../../use-cases/answer.ts';
import { SubmitDisputeEvidence } from '../../use-cases/submit-dispute-evidence.ts';
import { SubmitDisputeEvidenceInput } from '../inputs/dispute-evidence.input.ts';
import { problemsOf } from '../inputs/problems.ts';
import { movesMoney } from '../limits/operation-limits.ts';
import type { MerchantContext } from '../merchant-context.ts';
import { SubmitDisputeEvidencePayload } from '../payloads/payment.payloads.ts';
import { AnswerPresenter, type PaymentAnswer } from '../presenters/answer.presenter.ts';
import { presentDispute } from '../presenters/dispute.presenter.ts';

const operation = 'submit_dispute_evidence';

@Resolver()
export class DisputeEvidenceResolver {
  constructor(
    private readonly useCase: SubmitDisputeEvidence,
    private readonly answers: AnswerPresenter,
  ) {}

  // It has a key of its own, and `extensions.idempotency` is about one.
  @Extensions(movesMoney)
  @Mutation(() => SubmitDisputeEvidencePayload, {
    nullable: true,
    description: 'Answers a dispute; the acquirer is handed the text. The same key again changes nothing.',
  })
  async submitDisputeEvidence(
    @Args('input', { type: () => SubmitDisputeEvidenceInput, description: 'What is to be said, and to which dispute.' })
    input: SubmitDisputeEvidenceInput,
    @Merchant() { merchantId }: MerchantPrincipal,
    @Context() context: MerchantContext,
  ): Promise<SubmitDisputeEvidencePayload> {
    const problems = problemsOf(input, SubmitDisputeEvidenceInput);
    if (problems.length > 0) return { ...this.answers.problems(operation, problems), dispute: null };

    const { idempotencyKey, text } = input;
    const disputeId = parseId('dsp', input.disputeId);
    const answer = await this.answers.answer(operation, merchantId, context, async () =>
      disputeId === undefined ? noSuchDispute : this.useCase.execute({ merchantId, idempotencyKey, disputeId, text }),
    );
    const dispute = (await disputesOf(answer, context)).find(({ id }) => id === answer.operationId);
    return { ...answer, dispute: dispute === undefined ? null : presentDispute(dispute) };
  }
}

/** What is no id of a dispute names none, whoever asks. */
const noSuchDispute = refused({
  code: 'not_found',
  message: 'There is no such dispute of this merchant: ids of disputes look like dsp_01kb3x….',
  path: ['input', 'disputeId'],
});

async function disputesOf(
  { payment }: PaymentAnswer,
  { loaders }: MerchantContext,
): ReturnType<MerchantContext['loaders']['disputes']> {
  return payment === null ? [] : loaders.disputes(payment.view.payment.id);
}
