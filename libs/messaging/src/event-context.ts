import { BaseRpcContext } from '@nestjs/microservices';
import type { EventEnvelope } from '#contracts';

/** What a handler gets beside its events: the transaction that also holds the inbox rows. */
export class EventContext<Tx = unknown> extends BaseRpcContext<[Tx, readonly EventEnvelope[]]> {
  private readonly left: EventEnvelope[] = [];

  constructor(tx: Tx, events: readonly EventEnvelope[]) {
    super([tx, events]);
  }

  get tx(): Tx {
    return this.args[0];
  }

  /** The envelopes of the delivered events, in their order of delivery. */
  get events(): readonly EventEnvelope[] {
    return this.args[1];
  }

  /**
   * Leaves out events whose aggregate still misses an earlier one: they come again shortly, and the rest of the batch
   * counts as handled. Nothing may have been written for them.
   */
  leaveForLater(events: readonly EventEnvelope[]): void {
    this.left.push(...events);
  }

  get leftForLater(): readonly EventEnvelope[] {
    return this.left;
  }
}

/** Thrown by a handler whose aggregate still misses an earlier event; the message comes again shortly. */
export class EventTooEarly extends Error {
  override readonly name = 'EventTooEarly';
}
