import { Field, ID, ObjectType } from '@nestjs/graphql';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { JsonObjectScalar, type JsonObject } from '../scalars/json-object.scalar.ts';
import { MinorUnitsScalar } from '../scalars/minor-units.scalar.ts';
import { connectionOf } from './connection.ts';
import { NodeType } from './node.type.ts';

@ObjectType('Event', {
  description: 'A fact that was told to the merchant; the same id and sequence on webhook, subscription and query.',
  implements: () => [NodeType],
})
export class EventType extends NodeType {
  override readonly __typename = 'Event';

  @Field(() => MinorUnitsScalar, { description: '1, 2, 3, … without a gap over all events of the merchant.' })
  readonly sequence!: bigint;

  @Field(() => String, { description: 'What happened, in the past tense: `payment.captured`.' })
  readonly type!: string;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  readonly occurredAt!: Date;

  @Field(() => ID, { nullable: true, description: 'The payment that it is about.' })
  readonly paymentId!: string | null;

  @Field(() => JsonObjectScalar, { description: 'The payment as it stood then, and what the event adds.' })
  readonly data!: JsonObject;
}

const { connection } = connectionOf('Event', EventType, 'events');
export const EventConnectionType = connection;
