import { Controller, type Type } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { operationsRequests, type DeadLetterView, type EventLagView, type OperatedService } from '#contracts';
import { parseId } from '#domain';
import { Broker } from '#messaging';
import { DeadLetters } from './dead-letters.ts';
import { EventLag } from './event-lag.ts';

/** The controller with which a service answers questions about its event backbone. */
export function operationsControllerOf(service: OperatedService): Type {
  @Controller()
  class OperationsController {
    constructor(
      private readonly letters: DeadLetters,
      private readonly lag: EventLag,
      private readonly broker: Broker,
    ) {}

    @MessagePattern(operationsRequests.deadLetters(service))
    deadLetters(): Promise<DeadLetterView[]> {
      return this.letters.list(service);
    }

    @MessagePattern(operationsRequests.replayDeadLetter(service))
    async replay(@Payload() request: { readonly id: string }): Promise<DeadLetterView | null> {
      const id = parseId('dlt', request.id);
      return id === undefined ? null : ((await this.letters.replay(service, id, this.broker)) ?? null);
    }

    @MessagePattern(operationsRequests.eventLag(service))
    eventLag(): Promise<EventLagView> {
      return this.lag.measure();
    }
  }
  return OperationsController;
}
