import type { Clock } from '#domain';

/** From where on new payments are turned away. Reasons for the defaults are in `api.config.ts`. */
export interface IntakeBounds {
  readonly backlogAgeMsMax: number;
  readonly backlogEventsMax: number;
  readonly queueWaitMsMax: number;
}

/** What intake leans on, as it was last seen. */
export interface IntakePressure {
  readonly backlogAgeMs: number;
  readonly backlogEvents: number;
  readonly queueWaitMs: number;
}

export type ShedReason = 'backlog_age' | 'backlog_events' | 'queue_wait';

/** A new payment was turned away, and nothing of it was written. Whoever comes back later may be let in. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  readonly retryable = true;
  readonly retryAfterMs: number;
  readonly reason: ShedReason;

  constructor(reason: ShedReason, retryAfterMs: number) {
    super('There is more to do than can be done in time.');
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** One look may fall into a hiccup of this very process, and then tells more about itself than about anything else. */
const looksToClose = 2;
/** It opens when everything is so far below its bound again; at the bound itself it would open and close all the time. */
const openBelow = 0.5;
const retryAfterMsMin = 1_000;
const retryAfterMsMax = 30_000;
/** So much later than asked, at most, that those who were turned away together do not come back together. */
const spread = 0.25;

/** Whether new payments are let in. What has been accepted is worked off, and whoever moves accepted money passes. */
export class IntakeGate {
  private readonly bounds: IntakeBounds;
  private readonly clock: Clock;
  private readonly chance: () => number;
  private looksAbove = 0;
  private closed: { readonly reason: ShedReason; readonly sinceMs: number } | undefined;

  /** `chance` gives numbers from 0 up to 1. */
  constructor(bounds: IntakeBounds, clock: Clock, chance: () => number) {
    this.bounds = bounds;
    this.clock = clock;
    this.chance = chance;
  }

  get shedding(): ShedReason | undefined {
    return this.closed?.reason;
  }

  judge(pressure: IntakePressure): void {
    const above = this.firstAbove(pressure, 1);
    this.looksAbove = above === undefined ? 0 : this.looksAbove + 1;
    if (this.closed === undefined && above !== undefined && this.looksAbove >= looksToClose) {
      this.closed = { reason: above, sinceMs: this.clock.now().getTime() };
    } else if (this.closed !== undefined && this.firstAbove(pressure, openBelow) === undefined) {
      this.closed = undefined;
    }
  }

  /** Undefined while the gate is open. What has lasted for long will not be over in a second. */
  refusal(): Overloaded | undefined {
    if (this.closed === undefined) return undefined;
    const lastedMs = this.clock.now().getTime() - this.closed.sinceMs;
    const waitMs = Math.min(retryAfterMsMax, Math.max(retryAfterMsMin, lastedMs));
    return new Overloaded(this.closed.reason, Math.round(waitMs * (1 + this.chance() * spread)));
  }

  private firstAbove(pressure: IntakePressure, share: number): ShedReason | undefined {
    const { backlogAgeMsMax, backlogEventsMax, queueWaitMsMax } = this.bounds;
    if (pressure.backlogAgeMs > backlogAgeMsMax * share) return 'backlog_age';
    if (pressure.backlogEvents > backlogEventsMax * share) return 'backlog_events';
    if (pressure.queueWaitMs > queueWaitMsMax * share) return 'queue_wait';
    return undefined;
  }
}
