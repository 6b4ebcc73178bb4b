import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { OperatedService } from '#contracts';
import { DateTimeScalar } from '../../graphql/scalars/date-time.scalar.ts';
import { UserErrorType } from '../../graphql/types/user-error.type.ts';

export const OperatedServiceType = {
  ORCHESTRATOR: 'orchestrator',
  FRAUD: 'fraud',
  SETTLEMENT: 'settlement',
  WEBHOOKS: 'webhooks',
} as const satisfies Record<Uppercase<OperatedService>, OperatedService>;

registerEnumType(OperatedServiceType, {
  description: 'The services that work on events.',
  name: 'Service',
  valuesMap: {
    ORCHESTRATOR: { description: 'Drives payments through risk and acquirers.' },
    FRAUD: { description: 'Assesses the risk of payments.' },
    SETTLEMENT: { description: 'Keeps the books and settles them.' },
    WEBHOOKS: { description: 'Keeps the merchants’ feed and delivers it.' },
  },
});

const unavailable = 'The services that did not answer; what they would have said is missing here.';

@ObjectType('DeadLetter', { description: 'A message that a service could not handle, and set aside.' })
export class DeadLetterType {
  @Field(() => ID, { description: 'A TypeID such as `dlt_…`.' })
  readonly id!: string;

  @Field(() => OperatedServiceType, { description: 'Who could not handle it.' })
  readonly service!: OperatedService;

  @Field(() => ID, { nullable: true, description: 'The event in it; null when it could not be read.' })
  readonly eventId!: string | null;

  @Field(() => String, { description: 'The subject that it came on, which tells its type.' })
  readonly subject!: string;

  @Field(() => String, { description: 'What went wrong the last time.' })
  readonly error!: string;

  @Field(() => Int, { description: 'How often it was tried.' })
  readonly deliveries!: number;

  @Field(() => DateTimeScalar, { description: 'When it was set aside.' })
  readonly parkedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last put on its way again.' })
  readonly replayedAt!: Date | null;
}

@ObjectType('DeadLetters', { description: 'The messages that were set aside, the newest of each service.' })
export class DeadLettersType {
  @Field(() => [DeadLetterType], { description: 'The newest first, at most 200 of each service.' })
  readonly nodes!: readonly DeadLetterType[];

  @Field(() => [OperatedServiceType], { description: unavailable })
  readonly unavailable!: readonly OperatedService[];
}

@ObjectType('RelayLag', { description: 'What a service has said that is not on the stream yet.' })
export class RelayLagType {
  @Field(() => Int, { description: 'How many events.' })
  readonly unpublished!: number;

  @Field(() => Int, { description: 'How old the oldest of them is, in milliseconds.' })
  readonly oldestAgeMs!: number;
}

@ObjectType('ConsumerLag', { description: 'What is on a stream that a service has not handled yet.' })
export class ConsumerLagType {
  @Field(() => String, { description: 'The stream.' })
  readonly stream!: string;

  @Field(() => Int, { description: 'Messages that were not delivered to the service yet.' })
  readonly pending!: number;

  @Field(() => Int, { description: 'Messages that the service has in hand.' })
  readonly unacknowledged!: number;
}

@ObjectType('ServiceLag', { description: 'How far a service is behind.' })
export class ServiceLagType {
  @Field(() => OperatedServiceType, { description: 'Which one.' })
  readonly service!: OperatedService;

  @Field(() => RelayLagType, { nullable: true, description: 'Null for a service that has no log of its own.' })
  readonly relay!: RelayLagType | null;

  @Field(() => [ConsumerLagType], { description: 'One for each stream that it listens to.' })
  readonly consumers!: readonly ConsumerLagType[];
}

@ObjectType('EventLag', { description: 'How far the services are behind the events.' })
export class EventLagType {
  @Field(() => [ServiceLagType], { description: 'One for each service that answered.' })
  readonly nodes!: readonly ServiceLagType[];

  @Field(() => [OperatedServiceType], { description: unavailable })
  readonly unavailable!: readonly OperatedService[];
}

@ObjectType('ReplayDeadLetterPayload', { description: 'What became of `replayDeadLetter`.' })
export class ReplayDeadLetterPayload {
  @Field(() => DeadLetterType, { nullable: true, description: 'The letter, which is on its way again.' })
  readonly deadLetter!: DeadLetterType | null;

  @Field(() => [UserErrorType], { description: 'Why it was refused; empty when it was not.' })
  readonly userErrors!: readonly UserErrorType[];
}
