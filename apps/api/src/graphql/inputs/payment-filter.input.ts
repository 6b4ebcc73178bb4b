import { Field, InputType } from '@nestjs/graphql';
import type { PaymentStatus } from '#domain';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { PaymentStatusType } from '../types/payment.enums.ts';

@InputType('PaymentFilter', { description: 'Which payments; all conditions hold at once.' })
export class PaymentFilter {
  @Field(() => [PaymentStatusType], { nullable: true, description: 'In one of these states.' })
  readonly status?: readonly PaymentStatus[] | null;

  @Field(() => String, { nullable: true, description: 'Of exactly this reference.' })
  readonly reference?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted after this moment.' })
  readonly createdAfter?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted before this moment.' })
  readonly createdBefore?: Date | null;
}
