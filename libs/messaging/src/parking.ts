import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '#observability';
import type { OncePerEvent } from './once-per-event.ts';
import { unavailabilityPauseMs } from './acknowledgement.ts';
import { pause } from './pause.ts';

export interface ParkingOptions {
  readonly consumer: string;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** Puts aside what nobody could take, and acknowledges it only when it is safely aside. */
export class Parking {
  private readonly once: OncePerEvent;
  private readonly options: ParkingOptions;

  constructor(once: OncePerEvent, options: ParkingOptions) {
    this.once = once;
    this.options = options;
  }

  async park(message: JsMsg, eventId: string | null, error: Error): Promise<void> {
    const { consumer, logger, stopping } = this.options;
    const letter = {
      consumer,
      eventId,
      subject: message.subject,
      payload: message.string(),
      error: `${error.name}: ${error.message}`,
      deliveries: message.info.deliveryCount,
    };
    for (let failures = 1; !stopping.aborted; failures += 1) {
      try {
        await this.once.park(letter);
        logger.error({ err: error, eventId, subject: message.subject }, 'message parked; it waits for a person');
        message.ack();
        return;
      } catch (failure) {
        logger.warn({ err: failure, eventId }, 'could not park a dead letter; trying again');
        message.working();
        await pause(unavailabilityPauseMs(failures), stopping);
      }
    }
    message.nak();
  }
}
