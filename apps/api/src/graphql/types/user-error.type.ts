import { Field, InterfaceType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { PaymentAction, PaymentStatus } from '#domain';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { MoneyType } from './money.type.ts';
import { PaymentActionType, PaymentStatusType } from './payment.enums.ts';

export const ErrorCodeType = {
  INVALID_INPUT: 'INVALID_INPUT',
  NOT_FOUND: 'NOT_FOUND',
  INVALID_STATE: 'INVALID_STATE',
  AMOUNT_EXCEEDED: 'AMOUNT_EXCEEDED',
  CURRENCY_NOT_ENABLED: 'CURRENCY_NOT_ENABLED',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  REFERENCE_TAKEN: 'REFERENCE_TAKEN',
} as const;
export type ErrorCode = keyof typeof ErrorCodeType;

registerEnumType(ErrorCodeType, {
  name: 'ErrorCode',
  description: 'Why a mutation was refused. Each code has a section on the page that `docsUrl` names.',
  valuesMap: {
    INVALID_INPUT: { description: 'Something in the input cannot be used; `path` tells what.' },
    NOT_FOUND: { description: 'The merchant has nothing with this id.' },
    INVALID_STATE: { description: 'The payment is not in a state that allows this.' },
    AMOUNT_EXCEEDED: { description: 'More than what is left.' },
    CURRENCY_NOT_ENABLED: { description: 'The merchant does not take this currency.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key came with another input before.' },
    REFERENCE_TAKEN: { description: 'There is a live payment for this reference.' },
  },
});

@InterfaceType('UserError', {
  description: 'Why a mutation was refused, in a form that programs and people can act on. Nothing was changed.',
  resolveType: (error: UserErrorType) => error.__typename,
})
export abstract class UserErrorType {
  abstract readonly __typename: string;

  @Field(() => ErrorCodeType, { description: 'For programs.' })
  readonly code!: ErrorCode;

  @Field(() => String, { description: 'For people: what is wrong and what to do about it.' })
  readonly message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The place in the arguments that it is about, such as `["input", "amount", "minor"]`.',
  })
  readonly path!: readonly string[] | null;

  @Field(() => String, { description: 'A page that explains the code.' })
  readonly docsUrl!: string;
}

@ObjectType('ValidationError', {
  description: 'Something in the input cannot be used as it is.',
  implements: () => [UserErrorType],
})
export class ValidationErrorType extends UserErrorType {
  override readonly __typename = 'ValidationError';
}

@ObjectType('NotFoundError', {
  description: 'The merchant has nothing with this id.',
  implements: () => [UserErrorType],
})
export class NotFoundErrorType extends UserErrorType {
  override readonly __typename = 'NotFoundError';
}

@ObjectType('InvalidStateError', {
  description: 'The payment is not in a state that allows this.',
  implements: () => [UserErrorType],
})
export class InvalidStateErrorType extends UserErrorType {
  override readonly __typename = 'InvalidStateError';

  @Field(() => PaymentStatusType, { description: 'Where the payment stood when it was asked.' })
  readonly currentStatus!: PaymentStatus;

  @Field(() => [PaymentActionType], { description: 'What could have been asked of it instead.' })
  readonly allowedActions!: readonly PaymentAction[];
}

@ObjectType('AmountExceededError', {
  description: 'More was asked for than is left.',
  implements: () => [UserErrorType],
})
export class AmountExceededErrorType extends UserErrorType {
  override readonly __typename = 'AmountExceededError';

  @Field(() => MoneyType, { description: 'What was left when it was asked.' })
  readonly available!: MoneyType;
}

@ObjectType('IdempotencyConflictError', {
  description: 'The idempotency key came with another input before.',
  implements: () => [UserErrorType],
})
export class IdempotencyConflictErrorType extends UserErrorType {
  override readonly __typename = 'IdempotencyConflictError';

  @Field(() => DateTimeScalar, { description: 'When the key was used first.' })
  readonly firstSeenAt!: Date;
}

/** What nothing names directly, and the schema would leave out. */
export const userErrorTypes = [
  ValidationErrorType,
  NotFoundErrorType,
  InvalidStateErrorType,
  AmountExceededErrorType,
  IdempotencyConflictErrorType,
];
