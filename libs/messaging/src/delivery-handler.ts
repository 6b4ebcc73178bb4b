import type { JsMsg } from '@nats-io/jetstream';
import type { MessageHandler } from '@nestjs/microservices';
import { from, isObservable, lastValueFrom } from 'rxjs';
import { envelopeSchema, schemaOf, type EventEnvelope } from '#contracts';
import { err, ok, type Result } from '#domain';
import type { Logger } from '#observability';
import { acknowledgementOf, type HandlingOutcome } from './acknowledgement.ts';
import { EventContext, EventTooEarly } from './event-context.ts';
import type { Delivery } from './event-lane.ts';

/** A message that nobody could take, kept for a person to look at and replay. */
export interface DeadLetter {
  readonly consumer: string;
  readonly eventId: string | null;
  readonly subject: string;
  readonly payload: string;
  readonly error: string;
  readonly deliveries: number;
}

/** Inbox and effect in one transaction. The database's side of "effectively once". */
export interface OncePerEvent {
  /**
   * Notes the events in the consumer's inbox and runs the effect for those that are new, in one transaction. With none
   * new the effect does not run. Gives how many were new.
   */
  run(
    consumer: string,
    events: readonly EventEnvelope[],
    effect: (tx: unknown, fresh: readonly EventEnvelope[]) => Promise<void>,
  ): Promise<number>;
  park(letter: DeadLetter): Promise<void>;
}

export interface DeliveryHandlerOptions {
  readonly consumer: string;
  readonly batched: boolean;
  readonly logger: Logger;
}

/** Reads the envelope, and the data by the schema of its type. Types that this release does not know pass unread. */
export function decodeDelivery(message: JsMsg): Result<Delivery, Error> {
  try {
    const envelope = envelopeSchema.parse(message.json());
    const schema = schemaOf(envelope.type);
    return ok({
      message,
      event: { ...envelope, data: schema?.parse(envelope.data) ?? envelope.data },
    });
  } catch (error) {
    return err(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Runs one handler on deliveries: inbox and effect in one transaction, commit, and only then the acknowledgement. */
export class DeliveryHandler {
  private readonly handler: MessageHandler;
  private readonly once: OncePerEvent;
  private readonly options: DeliveryHandlerOptions;

  constructor(handler: MessageHandler, once: OncePerEvent, options: DeliveryHandlerOptions) {
    this.handler = handler;
    this.once = once;
    this.options = options;
  }

  async handle(deliveries: readonly Delivery[]): Promise<void> {
    const outcome = await this.run(deliveries.map((delivery) => delivery.event));
    // One bad event must not hold up the others of its batch: each gets a transaction of its own.
    if (deliveries.length > 1 && (outcome.kind === 'failed' || outcome.kind === 'too_early')) {
      const unavailable = outcome.kind === 'failed' && outcome.unavailable;
      if (!unavailable) {
        for (const delivery of deliveries) await this.handle([delivery]);
        return;
      }
    }
    for (const delivery of deliveries) await this.answer(delivery, outcome);
  }

  private async run(events: readonly EventEnvelope[]): Promise<HandlingOutcome> {
    try {
      const fresh = await this.once.run(this.options.consumer, events, (tx, news) => this.invoke(tx, news));
      return { kind: fresh === 0 ? 'duplicate' : 'handled' };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error instanceof EventTooEarly) return { kind: 'too_early', error };
      return { kind: 'failed', unavailable: 'retryable' in error && error.retryable === true, error };
    }
  }

  private async invoke(tx: unknown, events: readonly EventEnvelope[]): Promise<void> {
    const context = new EventContext(tx, events);
    const data = this.options.batched ? events : events[0];
    const result: unknown = await this.handler(data, context);
    if (isObservable(result)) await lastValueFrom(from(result), { defaultValue: undefined });
  }

  private async answer({ message, event }: Delivery, outcome: HandlingOutcome): Promise<void> {
    const deliveries = message.info.deliveryCount;
    const acknowledgement = acknowledgementOf(outcome, deliveries);
    if ('error' in outcome && outcome.kind !== 'too_early') {
      this.options.logger.warn(
        {
          err: outcome.error,
          eventId: event.id,
          type: event.type,
          subject: event.subject,
          deliveries,
          acknowledgement,
        },
        'event not handled',
      );
    }
    switch (acknowledgement.type) {
      case 'ack':
        message.ack();
        break;
      case 'retry_later':
        message.nak(acknowledgement.afterMs);
        break;
      case 'park':
        await this.park({ message, event }, 'error' in outcome ? outcome.error : new Error('parked'));
    }
  }

  private async park({ message, event }: Delivery, error: Error): Promise<void> {
    try {
      await this.once.park({
        consumer: this.options.consumer,
        eventId: event.id,
        subject: message.subject,
        payload: message.string(),
        error: `${error.name}: ${error.message}`,
        deliveries: message.info.deliveryCount,
      });
      message.ack();
    } catch (failure) {
      // Not parked, so not answered: the message comes again when its time is up.
      this.options.logger.error({ err: failure, eventId: event.id }, 'could not park a dead letter');
    }
  }
}
