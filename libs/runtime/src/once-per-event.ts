import { ensureDeadLetterStream, type Broker, type DeadLetter, type OncePerEvent } from '#messaging';
import type { EventEnvelope } from '#contracts';
import type { Logger } from '#observability';
import { claimEvents, unclaimEvents, type UnitOfWork } from '#persistence';
import type { DeadLetters } from './dead-letters.ts';

/** Inbox rows and effects in one transaction of the service's own database. */
export class DatabaseOncePerEvent implements OncePerEvent {
  private readonly unitOfWork: UnitOfWork<object>;
  private readonly deadLetters: DeadLetters;
  private readonly broker: Broker;
  private readonly logger: Logger;

  constructor(unitOfWork: UnitOfWork<object>, deadLetters: DeadLetters, broker: Broker, logger: Logger) {
    this.unitOfWork = unitOfWork;
    this.deadLetters = deadLetters;
    this.broker = broker;
    this.logger = logger;
  }

  run(
    consumer: string,
    events: readonly EventEnvelope[],
    effect: (tx: unknown, fresh: readonly EventEnvelope[]) => Promise<readonly EventEnvelope[]>,
  ): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const unseen = await claimEvents(
        tx.sql,
        consumer,
        events.map((event) => event.id),
      );
      // `delete` also drops the second copy of an event that was delivered twice within one batch.
      const fresh = events.filter((event) => unseen.delete(event.id));
      const leftForLater = fresh.length > 0 ? await effect(tx, fresh) : [];
      await unclaimEvents(
        tx.sql,
        consumer,
        leftForLater.map((event) => event.id),
      );
      return fresh.length;
    });
  }

  /** The table is what replay works from; the stream is for whoever watches, and may miss one. */
  async park(letter: DeadLetter): Promise<void> {
    const id = await this.deadLetters.add(letter);
    if (!(await this.broker.isReachable())) return;
    try {
      await ensureDeadLetterStream(await this.broker.manager());
      await this.broker.publish(`dead-letters.${letter.consumer}`, letter.payload, id);
    } catch (error) {
      this.logger.warn({ err: error, deadLetterId: id }, 'a dead letter is in the table and not on its stream');
    }
  }
}
