import { Field, ID, InputType } from '@nestjs/graphql';
import type { OperatedService } from '#contracts';
import { OperatedServiceType } from '../types/operations.type.ts';

@InputType('ReplayDeadLetterInput', { description: 'A dead letter to be put on its way again.' })
export class ReplayDeadLetterInput {
  @Field(() => ID, { description: 'Which letter: `dlt_…`.' })
  readonly id!: string;

  @Field(() => OperatedServiceType, { description: 'Who set it aside.' })
  readonly service!: OperatedService;
}
