import { Injectable } from '@nestjs/common';
import {
  operatedServices,
  operationsRequests,
  type DeadLetterView,
  type EventLagView,
  type OperatedService,
} from '#contracts';
import { err, ok, type Id, type Result } from '#domain';
import { Requester } from '#messaging';
import type { AdminRefusal } from '../use-cases/admin-refusal.ts';

/** What each service answered, and who did not. */
export interface Answers<View> {
  readonly views: readonly (View & { readonly service: OperatedService })[];
  readonly unavailable: readonly OperatedService[];
}

/** Asks the services about their event backbones. Each answers for itself, and one that is away silences no other. */
@Injectable()
export class Operations {
  constructor(private readonly requester: Requester) {}

  async deadLetters(): Promise<Answers<DeadLetterView>> {
    const { views, unavailable } = await this.askAll<readonly DeadLetterView[]>(operationsRequests.deadLetters);
    const letters = views.flatMap(({ service, answer }) => answer.map((letter) => ({ ...letter, service })));
    return { views: letters.sort((one, other) => other.parkedAt.localeCompare(one.parkedAt)), unavailable };
  }

  async eventLag(): Promise<Answers<EventLagView>> {
    const { views, unavailable } = await this.askAll<EventLagView>(operationsRequests.eventLag);
    return { views: views.map(({ service, answer }) => ({ ...answer, service })), unavailable };
  }

  /** Errors: `ServiceUnavailable`; the letter is kept, and the same works when the service is back. */
  async replay(service: OperatedService, id: Id<'dlt'>): Promise<Result<DeadLetterView, AdminRefusal>> {
    const subject = operationsRequests.replayDeadLetter(service);
    const letter = await this.requester.request<DeadLetterView | null>(subject, { id });
    return letter === null ? err(noSuchLetter(service, id)) : ok(letter);
  }

  private async askAll<Answer>(
    subjectOf: (service: OperatedService) => string,
  ): Promise<Answers<{ readonly answer: Answer }>> {
    const asked = await Promise.all(
      operatedServices.map(async (service) => ({
        service,
        answer: await this.requester.request<Answer>(subjectOf(service), {}).catch(() => undefined),
      })),
    );
    return {
      views: asked.flatMap(({ service, answer }) => (answer === undefined ? [] : [{ service, answer }])),
      unavailable: asked.filter(({ answer }) => answer === undefined).map(({ service }) => service),
    };
  }
}

function noSuchLetter(service: OperatedService, id: string): AdminRefusal {
  return { code: 'not_found', message: `The ${service} service has no dead letter ${id}.`, path: ['input', 'id'] };
}
