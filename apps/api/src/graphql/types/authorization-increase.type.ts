import { Field, ObjectType } from '@nestjs/graphql';
import type { MovementStatus } from '#persistence';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { MoneyType } from './money.type.ts';
import { NodeType } from './node.type.ts';
import { OperationStatusType } from './payment.enums.ts';

@ObjectType('AuthorizationIncrease', {
  description: 'More held on the card than at first, or about to be.',
  implements: () => [NodeType],
})
export class AuthorizationIncreaseType extends NodeType {
  override readonly __typename = 'AuthorizationIncrease';

  @Field(() => MoneyType, { description: 'How much more.' })
  readonly amount!: MoneyType;

  @Field(() => OperationStatusType, { description: 'What became of it.' })
  readonly status!: MovementStatus;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly createdAt!: Date;
}
