import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { AttemptOperation, HandOutcome, PaymentStatus, SagaKind } from '#domain';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { MoneyType } from '../../graphql/types/money.type.ts';
import {
  AttemptOperationType,
  AttemptOutcomeType,
  PaymentStatusType,
  type AttemptOutcome,
} from '../../graphql/types/payment.enums.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';

export const HandOutcomeType = {
  APPROVED: 'approved',
  DECLINED: 'declined',
  NOT_DONE: 'not_done',
  RELEASE: 'release',
} as const satisfies Record<Uppercase<HandOutcome>, HandOutcome>;

registerEnumType(HandOutcomeType, {
  name: 'HandOutcome',
  description: 'What a person found out about an attempt.',
  valuesMap: {
    APPROVED: { description: 'The acquirer did it, as it was asked.' },
    DECLINED: { description: 'The acquirer refused, and did nothing.' },
    NOT_DONE: { description: 'It surely never happened. What was asked for after the authorization is done anew.' },
    RELEASE: {
      description:
        'The acquirer holds money that cannot become the payment’s, another amount for example: it is given back, and then the payment fails.',
    },
  },
});

const SagaKindType = {
  CHARGE: 'charge',
  CAPTURE: 'capture',
  VOID: 'void',
  REFUND: 'refund',
  INCREASE: 'increase',
  REVERSAL: 'reversal',
} as const satisfies Record<Uppercase<SagaKind>, SagaKind>;

registerEnumType(SagaKindType, {
  name: 'SagaKind',
  description: 'What a saga drives.',
  valuesMap: {
    CHARGE: { description: 'A payment, from its creation until nothing is held that nobody asked for.' },
    CAPTURE: { description: 'A capture that the merchant asked for.' },
    VOID: { description: 'A void that the merchant asked for.' },
    REFUND: { description: 'A refund that the merchant asked for.' },
    INCREASE: { description: 'A larger hold that the merchant asked for.' },
    REVERSAL: { description: 'An approval that came after we had given up, on its way back.' },
  },
});

@ObjectType('StuckAttempt', { description: 'The attempt that a stuck saga is about.' })
export class StuckAttemptType {
  @Field(() => Int, { description: 'As `settleAttempt` wants it.' })
  readonly number!: number;

  @Field(() => String, { description: 'Who was asked.' })
  readonly acquirer!: string;

  @Field(() => AttemptOperationType, { description: 'To do what.' })
  readonly operation!: AttemptOperation;

  @Field(() => AttemptOutcomeType, { description: 'What is known of it.' })
  readonly outcome!: AttemptOutcome;

  @Field(() => MoneyType, { description: 'How much was asked for.' })
  readonly amount!: MoneyType;

  @Field(() => MoneyType, {
    nullable: true,
    description: 'What the acquirer names instead, where that is not what was asked for; null else.',
  })
  readonly answeredAmount!: MoneyType | null;

  @Field(() => String, { nullable: true, description: 'The acquirer’s own id of it, where it has named one.' })
  readonly acquirerReference!: string | null;

  @Field(() => DateTimeScalar, { description: 'When the acquirer was asked.' })
  readonly startedAt!: Date;

  @Field(() => [HandOutcomeType], { description: 'What `settleAttempt` takes for it; empty when nothing.' })
  readonly canBeSettledAs!: readonly HandOutcome[];
}

@ObjectType('StuckSaga', {
  description: 'What waits for an acquirer whose answer was lost, for an acquirer that can be used, or for a person.',
})
export class StuckSagaType {
  @Field(() => ID, { description: 'The payment: `pay_…`.' })
  readonly paymentId!: string;

  @Field(() => ID, { description: 'Whose payment it is.' })
  readonly merchantId!: string;

  @Field(() => String, { description: 'The merchant’s own order id.' })
  readonly reference!: string;

  @Field(() => SagaKindType, { description: 'What is driven by it.' })
  readonly kind!: SagaKind;

  @Field(() => String, { description: 'Where it stands, as `docs/generated/lifecycles.md` names it.' })
  readonly step!: string;

  @Field(() => String, { description: 'What it waits for, in words.' })
  readonly reason!: string;

  @Field(() => DateTimeScalar, { description: 'Since when: for a person since the person was called.' })
  readonly since!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it is looked at again; null: not before a person has said something.',
  })
  readonly nextLookAt!: Date | null;

  @Field(() => StuckAttemptType, { nullable: true, description: 'The last attempt; null when nobody was asked yet.' })
  readonly attempt!: StuckAttemptType | null;
}

@ObjectType('SettleAttemptPayload', { description: 'What became of `settleAttempt`.' })
export class SettleAttemptPayload {
  @Field(() => ID, { nullable: true, description: 'The payment; null when the word was refused.' })
  readonly paymentId!: string | null;

  @Field(() => PaymentStatusType, {
    nullable: true,
    description: 'Where it stood when the word was written down. It is carried out a moment later.',
  })
  readonly status!: PaymentStatus | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}
