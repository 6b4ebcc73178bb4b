import type { MessageHandler } from '@nestjs/microservices';
import { from, isObservable, lastValueFrom } from 'rxjs';
import type { EventEnvelope } from '#contracts';
import type { Logger } from '#observability';
import { acknowledgementOf, unavailabilityPauseMs, type HandlingOutcome } from './acknowledgement.ts';
import type { Delivery } from './delivery.ts';
import { EventContext, EventTooEarly } from './event-context.ts';
import type { OncePerEvent } from './once-per-event.ts';
import type { Parking } from './parking.ts';
import { pause } from './pause.ts';

export interface DeliveryHandlerOptions {
  readonly consumer: string;
  readonly batched: boolean;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  readonly acknowledge: typeof acknowledgementOf;
}

/** Counts of messages that were delivered elsewhere at last are never asked for again; this many are kept. */
const countsMax = 10_000;

/** Runs one handler on deliveries: inbox and effect in one transaction, commit, and only then the acknowledgement. */
export class DeliveryHandler {
  private readonly handler: MessageHandler;
  private readonly once: OncePerEvent;
  private readonly parking: Parking;
  private readonly options: DeliveryHandlerOptions;
  /**
   * How often an event has not been handled here. The broker's own count would do if it did not also count what is
   * nobody's fault: time-outs during an outage, restarts.
   */
  private readonly failures = new Map<string, number>();

  constructor(handler: MessageHandler, once: OncePerEvent, parking: Parking, options: DeliveryHandlerOptions) {
    this.handler = handler;
    this.once = once;
    this.parking = parking;
    this.options = options;
  }

  /** Never throws: what could not be answered comes again. */
  async handle(deliveries: readonly Delivery[]): Promise<void> {
    const outcome = await this.runWhileAvailable(deliveries);
    if (deliveries.length > 1 && isFaultOfOne(outcome)) {
      // One bad event must not hold up the others of its batch: each gets a transaction of its own.
      for (const delivery of deliveries) await this.handle([delivery]);
      return;
    }
    for (const delivery of deliveries) {
      try {
        await this.answer(delivery, outcomeOf(delivery, outcome));
      } catch (error) {
        this.options.logger.warn({ err: error, eventId: delivery.event.id }, 'message not answered; it comes again');
      }
    }
    if (outcome.kind === 'handled') await outcome.pause?.();
  }

  /**
   * Keeps what it has in hand while something that the handler needs is away. Giving it back would have the broker
   * deliver it over and over, and later events of the same aggregate before it.
   */
  private async runWhileAvailable(deliveries: readonly Delivery[]): Promise<HandlingOutcome> {
    const { logger, stopping } = this.options;
    for (let failures = 1; ; failures += 1) {
      const outcome = await this.run(deliveries.map((delivery) => delivery.event));
      if (outcome.kind !== 'failed' || !outcome.unavailable || stopping.aborted) return outcome;
      if (failures === 1) logger.warn({ err: outcome.error }, 'waiting for what handlers need');
      for (const { message } of deliveries) message.working();
      await pause(unavailabilityPauseMs(failures), stopping);
    }
  }

  private async run(events: readonly EventEnvelope[]): Promise<HandlingOutcome> {
    try {
      const contexts: EventContext[] = [];
      const fresh = await this.once.run(this.options.consumer, events, async (tx, news) => {
        const context = new EventContext(tx, news);
        contexts.push(context);
        await this.invoke(context);
        return context.leftForLater;
      });
      return fresh === 0 ? { kind: 'duplicate' } : handledIn(contexts);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error instanceof EventTooEarly) return { kind: 'too_early', error };
      return { kind: 'failed', unavailable: 'retryable' in error && error.retryable === true, error };
    }
  }

  private async invoke(context: EventContext): Promise<void> {
    const data = this.options.batched ? context.events : context.events[0];
    const result: unknown = await this.handler(data, context);
    if (isObservable(result)) await lastValueFrom(from(result), { defaultValue: undefined });
  }

  private async answer({ message, event }: Delivery, outcome: HandlingOutcome): Promise<void> {
    const failures = this.count(event, outcome);
    const acknowledgement = this.options.acknowledge(outcome, failures);
    if ('error' in outcome && outcome.kind !== 'too_early') {
      const { id: eventId, type, subject } = event;
      this.options.logger.warn({ err: outcome.error, eventId, type, subject, failures }, 'event not handled');
    }
    if (acknowledgement.type === 'retry_later') {
      message.nak(acknowledgement.afterMs);
      return;
    }
    this.failures.delete(event.id);
    if (acknowledgement.type === 'ack') message.ack();
    else await this.parking.park(message, event.id, 'error' in outcome ? outcome.error : new Error(outcome.kind));
  }

  private count({ id }: EventEnvelope, outcome: HandlingOutcome): number {
    if (!('error' in outcome)) return 0;
    const failures = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, failures);
    const [oldest] = this.failures.keys();
    if (this.failures.size > countsMax && oldest !== undefined) this.failures.delete(oldest);
    return failures;
  }
}

function handledIn(contexts: readonly EventContext[]): HandlingOutcome {
  const leftForLater = new Set(contexts.flatMap((context) => context.leftForLater.map(({ id }) => id)));
  const pauses = contexts.flatMap((context) => context.pausesAfterwards);
  return {
    kind: 'handled',
    leftForLater,
    pause: async () => {
      await Promise.all(pauses.map((over) => over()));
    },
  };
}

/** Of a batch that was handled, each event's own: some may have been left for later. */
function outcomeOf({ event }: Delivery, outcome: HandlingOutcome): HandlingOutcome {
  if (outcome.kind !== 'handled' || outcome.leftForLater?.has(event.id) !== true) return outcome;
  return { kind: 'too_early', error: new EventTooEarly(`${event.subject} misses an event before ${event.id}`) };
}

function isFaultOfOne(outcome: HandlingOutcome): boolean {
  return outcome.kind === 'too_early' || (outcome.kind === 'failed' && !outcome.unavailable);
}
