import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { DisputeStatus } from '#domain';
import { DateTimeScalar } from '../scalars/date-time.scalar.ts';
import { MoneyType } from './money.type.ts';
import { NodeType } from './node.type.ts';

const DisputeStatusType = {
  OPENED: 'opened',
  EVIDENCE_SUBMITTED: 'evidence_submitted',
  WON: 'won',
  LOST: 'lost',
} as const satisfies Record<Uppercase<DisputeStatus>, DisputeStatus>;

registerEnumType(DisputeStatusType, {
  name: 'DisputeStatus',
  description: 'Where a dispute stands.',
  valuesMap: {
    OPENED: { description: 'The amount is held back; `submitDisputeEvidence` answers the cardholder.' },
    EVIDENCE_SUBMITTED: { description: 'The amount is held back until somebody has decided.' },
    WON: { description: 'The amount is the merchant’s again.' },
    LOST: { description: 'The cardholder has the amount.' },
  },
});

@ObjectType('Dispute', {
  description:
    'Captured money that the cardholder asks the bank for. Nothing of the payment is refunded while it is open.',
  implements: () => [NodeType],
})
export class DisputeType extends NodeType {
  override readonly __typename = 'Dispute';

  @Field(() => MoneyType, { description: 'How much.' })
  readonly amount!: MoneyType;

  @Field(() => DisputeStatusType, { description: 'Where it stands.' })
  readonly status!: DisputeStatus;

  @Field(() => String, { description: 'Why, in the words of the acquirer.' })
  readonly reason!: string;

  @Field(() => DateTimeScalar, { description: 'Until when evidence is taken.' })
  readonly evidenceDueAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When we heard of it.' })
  readonly openedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was won or lost; null while it is open.' })
  readonly closedAt!: Date | null;
}
