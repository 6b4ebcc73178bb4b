import { Field, ID, InputType } from '@nestjs/graphql';
import type { OperatedService } from '#contracts';
import { OperatedServiceType } from '../types/operations.type.ts';
import { inAdminSchema } from '../types/in-admin-schema.ts';

@InputType('ReplayDeadLetterInput', inAdminSchema('A dead letter to be put on its way again.'))
export class ReplayDeadLetterInput {
  @Field(() => ID, { description: 'Which letter: `dlt_…`.' })
  readonly id!: string;

  @Field(() => OperatedServiceType, { description: 'Who set it aside.' })
  readonly service!: OperatedService;
}
