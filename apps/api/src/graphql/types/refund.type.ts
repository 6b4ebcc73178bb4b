import { Field, ObjectType } from '@nestjs/graphql';
import type { MovementStatus } from '#persistence';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { MoneyType } from './money.type.ts';
import { NodeType } from './node.type.ts';
import { OperationStatusType } from './payment.enums.ts';

@ObjectType('Refund', { description: 'Captured money given back, or about to be.', implements: () => [NodeType] })
export class RefundType extends NodeType {
  override readonly __typename = 'Refund';

  @Field(() => MoneyType, { description: 'How much.' })
  readonly amount!: MoneyType;

  @Field(() => OperationStatusType, { description: 'What became of it.' })
  readonly status!: MovementStatus;

  @Field(() => String, { nullable: true, description: 'Why, in the words of whoever asked for it.' })
  readonly reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly createdAt!: Date;
}
