import { Field, ObjectType } from '@nestjs/graphql';
import type { CaptureMethod, PaymentAction, PaymentStatus } from '#domain';
import type { PaymentView } from '../../readers/payment-view.ts';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { JsonObjectScalar, type JsonObject } from '../scalars/json-object.scalar.ts';
import { connectionOf } from './connection.ts';
import { MoneyType } from './money.type.ts';
import { NodeType } from './node.type.ts';
import { DeclineType, NextActionType, RiskAssessmentType, SettlementType } from './payment-details.type.ts';
import { CaptureMethodType, PaymentActionType, PaymentStatusType } from './payment.enums.ts';

/** What stands in the payment's own row; `PaymentResolver` adds what has to be read beside it. */
@ObjectType('Payment', {
  description: 'One order paid with one card: from risk and authorization to settlement and refunds.',
  implements: () => [NodeType],
})
export class PaymentType extends NodeType {
  override readonly __typename = 'Payment';

  /** Not in the schema: what the resolvers of the other fields start from. */
  readonly view!: PaymentView;

  @Field(() => String, { description: 'The merchant’s own order id.' })
  readonly reference!: string;

  @Field(() => PaymentStatusType, { description: 'Where the payment stands.' })
  readonly status!: PaymentStatus;

  @Field(() => CaptureMethodType, { description: 'When the money is taken.' })
  readonly captureMethod!: CaptureMethod;

  @Field(() => MoneyType, { description: 'What the customer was asked for.' })
  readonly amount!: MoneyType;

  @Field(() => MoneyType, { description: 'What was held on the card.' })
  readonly authorized!: MoneyType;

  @Field(() => MoneyType, { description: 'What has been taken.' })
  readonly captured!: MoneyType;

  @Field(() => MoneyType, { description: 'What has been given back.' })
  readonly refunded!: MoneyType;

  @Field(() => [PaymentActionType], { description: 'What can be asked of the payment now.' })
  readonly allowedActions!: readonly PaymentAction[];

  @Field(() => DeclineType, { nullable: true, description: 'Why the payment was declined; null unless it was.' })
  readonly decline!: DeclineType | null;

  @Field(() => NextActionType, {
    nullable: true,
    description: 'What the customer has to do; null unless the status is REQUIRES_ACTION.',
  })
  readonly nextAction!: NextActionType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the hold ends; null before there is one.' })
  readonly authorizationExpiresAt!: Date | null;

  @Field(() => RiskAssessmentType, { nullable: true, description: 'What risk said; null until it has.' })
  readonly risk!: RiskAssessmentType | null;

  @Field(() => SettlementType, {
    nullable: true,
    description: 'Where the money is; null until something was captured.',
  })
  readonly settlement!: SettlementType | null;

  @Field(() => JsonObjectScalar, { description: 'What the merchant attached.' })
  readonly metadata!: JsonObject;

  @Field(() => DateTimeScalar, { description: 'When the payment was accepted.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it changed last.' })
  readonly updatedAt!: Date;
}

const { connection } = connectionOf('Payment', PaymentType, 'payments');
export const PaymentConnectionType = connection;
