import { Field, ID, InputType } from '@nestjs/graphql';
import { IsEvidence, IsIdempotencyKey } from './text-constraints.ts';

@InputType('SubmitDisputeEvidenceInput', { description: 'What there is to say to a dispute.' })
export class SubmitDisputeEvidenceInput {
  @Field(() => String, {
    description:
      '1 to 255 printable characters of your choice. The same key again changes nothing and answers the same.',
  })
  @IsIdempotencyKey()
  readonly idempotencyKey!: string;

  @Field(() => ID, { description: 'The dispute.' })
  readonly disputeId!: string;

  @Field(() => String, { description: 'The evidence: what was sold, and that it was delivered. It is handed in once.' })
  @IsEvidence()
  readonly text!: string;
}
