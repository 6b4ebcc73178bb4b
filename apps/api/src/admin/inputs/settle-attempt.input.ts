import { Field, ID, InputType, Int } from '@nestjs/graphql';
import type { HandOutcome } from '#domain';
import { HandOutcomeType } from '../types/stuck-saga.type.ts';

@InputType('SettleAttemptInput', { description: 'What a person found out about an attempt whose outcome is unknown.' })
export class SettleAttemptInput {
  @Field(() => ID, { description: 'Which payment: `pay_…`.' })
  readonly paymentId!: string;

  @Field(() => Int, { description: 'Which of its attempts.' })
  readonly attemptNumber!: number;

  @Field(() => HandOutcomeType, { description: 'What became of it.' })
  readonly outcome!: HandOutcome;

  @Field(() => String, {
    nullable: true,
    description: 'The acquirer’s own id of what it did: for `APPROVED` and `RELEASE`, unless it has named one itself.',
  })
  readonly acquirerReference?: string | null;

  @Field(() => String, { description: 'How that is known, in 1 to 500 characters, for whoever asks later.' })
  readonly reason!: string;
}
