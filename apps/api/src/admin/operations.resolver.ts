import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { DeadLetterView, OperatedService } from '#contracts';
import { ForAdmins } from '../auth/principal.guard.ts';
import { ReplayDeadLetterInput } from './inputs/operations.inputs.ts';
import { Operations } from './operations.ts';
import { UserErrors } from '../graphql/errors/user-errors.ts';
import { idIn } from './input-id.ts';
import {
  DeadLettersType,
  EventLagType,
  ReplayDeadLetterPayload,
  type DeadLetterType,
} from './types/operations.type.ts';

@ForAdmins()
@Resolver()
export class OperationsResolver {
  constructor(
    private readonly operations: Operations,
    private readonly userErrors: UserErrors,
  ) {}

  @Query(() => DeadLettersType, { description: 'Messages that services could not handle and set aside.' })
  async deadLetters(): Promise<DeadLettersType> {
    const { views, unavailable } = await this.operations.deadLetters();
    return { nodes: views.map((view) => presentDeadLetter(view.service, view)), unavailable };
  }

  @Query(() => EventLagType, { description: 'How far the services are behind the events.' })
  async eventLag(): Promise<EventLagType> {
    const { views, unavailable } = await this.operations.eventLag();
    return { nodes: views, unavailable };
  }

  @Mutation(() => ReplayDeadLetterPayload, {
    description:
      'Puts a dead letter on its way again. Who had handled it already knows it; who set it aside tries again.',
  })
  async replayDeadLetter(
    @Args('input', { description: 'Which letter.' }) input: ReplayDeadLetterInput,
  ): Promise<ReplayDeadLetterPayload> {
    const id = idIn('dlt', input.id, 'id');
    const replayed = id.ok ? await this.operations.replay(input.service, id.value) : id;
    return replayed.ok
      ? { deadLetter: presentDeadLetter(input.service, replayed.value), userErrors: [] }
      : { deadLetter: null, userErrors: [this.userErrors.ofRefusal(replayed.error)] };
  }
}

function presentDeadLetter(service: OperatedService, view: DeadLetterView): DeadLetterType {
  const { id, eventId, subject, error, deliveries } = view;
  const replayedAt = view.replayedAt === null ? null : new Date(view.replayedAt);
  return { id, service, eventId, subject, error, deliveries, parkedAt: new Date(view.parkedAt), replayedAt };
}
