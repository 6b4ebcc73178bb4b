import { BaseRpcContext } from '@nestjs/microservices';
import type { EventEnvelope } from '#contracts';

/** What a handler gets beside its events: the transaction that also holds the inbox rows. */
export class EventContext<Tx = unknown> extends BaseRpcContext<[Tx, readonly EventEnvelope[]]> {
  private readonly left: EventEnvelope[] = [];
  private readonly pauses: (() => Promise<void>)[] = [];

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

  /**
   * Takes no further events for this handler before `over` resolves; it is asked when these have been committed and
   * acknowledged. For work that the events have set off and that must not pile up.
   */
  pauseAfterwards(over: () => Promise<void>): void {
    this.pauses.push(over);
  }

  get pausesAfterwards(): readonly (() => Promise<void>)[] {
    return this.pauses;
  }

  get leftForLater(): readonly EventEnvelope[] {
    return this.left;
  }
}

/** Thrown by a handler whose aggregate still misses an earlier event; the message comes again shortly. */
export class EventTooEarly extends Error {
  override readonly name = 'EventTooEarly';
}
