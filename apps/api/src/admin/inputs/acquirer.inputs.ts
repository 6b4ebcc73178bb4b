import { Field, InputType } from '@nestjs/graphql';
import type { GuardedOperation } from '#contracts';
import { AcquirerOperationType } from '../types/acquirer.type.ts';

@InputType('BreakerInput', { description: 'A breaker to be held open or closed by a person.' })
export class BreakerInput {
  @Field(() => String, { description: 'Which acquirer, such as `alpha`.' })
  readonly acquirer!: string;

  @Field(() => AcquirerOperationType, { description: 'Which of its operations.' })
  readonly operation!: GuardedOperation;

  @Field(() => String, { description: 'Why, in 1 to 500 characters, for whoever asks later.' })
  readonly reason!: string;
}
