import { Field, ObjectType } from '@nestjs/graphql';
import type { MovementStatus } from '#persistence';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { MoneyType } from './money.type.ts';
import { NodeType } from './node.type.ts';
import { OperationStatusType } from './payment.enums.ts';

@ObjectType('Capture', { description: 'Money taken of what was held, or about to be.', implements: () => [NodeType] })
export class CaptureType extends NodeType {
  override readonly __typename = 'Capture';

  @Field(() => MoneyType, { description: 'How much.' })
  readonly amount!: MoneyType;

  @Field(() => OperationStatusType, { description: 'What became of it.' })
  readonly status!: MovementStatus;

  @Field(() => Boolean, { description: 'Whether what was not captured is released with it.' })
  readonly final!: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly createdAt!: Date;
}
