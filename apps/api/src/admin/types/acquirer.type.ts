import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { BreakerState, GuardedOperation } from '#contracts';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';

export const AcquirerOperationType = {
  AUTHORIZE: 'authorize',
  INCREASE: 'increase',
  CAPTURE: 'capture',
  VOID: 'void',
  REFUND: 'refund',
  FIND: 'find',
  EVIDENCE: 'evidence',
} as const satisfies Record<Uppercase<GuardedOperation>, GuardedOperation>;

registerEnumType(AcquirerOperationType, {
  description: 'What acquirers are called for.',
  name: 'AcquirerOperation',
  valuesMap: {
    AUTHORIZE: { description: 'Holds money.' },
    INCREASE: { description: 'Holds more on the same authorization.' },
    CAPTURE: { description: 'Takes held money.' },
    VOID: { description: 'Gives held money back.' },
    REFUND: { description: 'Gives taken money back.' },
    FIND: { description: 'Asks what became of a call.' },
    EVIDENCE: { description: 'Hands in what a merchant says to a dispute.' },
  },
});

const BreakerStateType = {
  CLOSED: 'closed',
  HALF_OPEN: 'half_open',
  OPEN: 'open',
  HELD_OPEN: 'held_open',
} as const satisfies Record<Uppercase<BreakerState>, BreakerState>;

registerEnumType(BreakerStateType, {
  description: 'Whether an acquirer is called.',
  name: 'BreakerState',
  valuesMap: {
    CLOSED: { description: 'Calls are made.' },
    HALF_OPEN: { description: 'A few calls probe whether it has come back.' },
    OPEN: { description: 'It failed or hung too often; it is left alone for a while.' },
    HELD_OPEN: { description: 'A person keeps calls away until a person closes it.' },
  },
});

@ObjectType('GuardedOperation', { description: 'An operation of an acquirer and its breaker.' })
export class GuardedOperationType {
  @Field(() => AcquirerOperationType, { description: 'Which one.' })
  readonly operation!: GuardedOperation;

  @Field(() => BreakerStateType, { description: 'Whether calls are made.' })
  readonly breaker!: BreakerState;

  @Field(() => DateTimeScalar, { description: 'Since when the breaker is so.' })
  readonly since!: Date;

  @Field(() => Int, { description: 'Calls that failed within the moments that the breaker looks at.' })
  readonly recentFailures!: number;

  @Field(() => String, { nullable: true, description: 'Why a call would not be made now; null when it would.' })
  readonly refusedBecause!: string | null;
}

@ObjectType('Acquirer', { description: 'An acquirer that the platform is connected to.' })
export class AcquirerType {
  @Field(() => String, { description: 'Its name here.' })
  readonly name!: string;

  @Field(() => [GuardedOperationType], { description: 'Each operation, because each has a breaker of its own.' })
  readonly operations!: readonly GuardedOperationType[];
}

@ObjectType('BreakerOverride', { description: 'A breaker that a person holds open, or held open once.' })
export class BreakerOverrideType {
  @Field(() => String, { description: 'Of which acquirer.' })
  readonly acquirer!: string;

  @Field(() => AcquirerOperationType, { description: 'For which operation.' })
  readonly operation!: GuardedOperation;

  @Field(() => DateTimeScalar, { description: 'Since when.' })
  readonly openedAt!: Date;

  @Field(() => String, { description: 'Why.' })
  readonly openedBecause!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when; null while it is held.' })
  readonly closedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why no longer.' })
  readonly closedBecause!: string | null;
}

@ObjectType('BreakerPayload', { description: 'What became of `openBreaker` or `closeBreaker`.' })
export class BreakerPayload {
  @Field(() => BreakerOverrideType, { nullable: true, description: 'What holds it, or held it until now.' })
  readonly override!: BreakerOverrideType | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}
