import type { Delivery } from './delivery.ts';

/** Handles some deliveries of one handler; never throws. */
export type HandleDeliveries = (deliveries: readonly Delivery[]) => Promise<void>;

/** A queue in front of a handler. `offer` resolves when the event has found room: that is what holds back the pull. */
export interface EventLane {
  offer(delivery: Delivery): Promise<void>;
  /** Resolves when everything that was taken has been handled. */
  drained(): Promise<void>;
}

/**
 * Whatever a process does one event at a time, over all its handlers: serial within an aggregate, `concurrency`
 * events in hand at most.
 */
export class AggregateQueues {
  private readonly concurrency: number;
  private readonly tails = new Map<string, Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private inHand = 0;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
  }

  laneFor(handle: HandleDeliveries): EventLane {
    return {
      offer: (delivery) => this.offer(delivery, handle),
      drained: () => this.drained(),
    };
  }

  private async offer(delivery: Delivery, handle: HandleDeliveries): Promise<void> {
    while (this.inHand >= this.concurrency) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.inHand += 1;
    const aggregate = delivery.event.subject;
    const before = this.tails.get(aggregate) ?? Promise.resolve();
    const tail = before
      .then(() => handle([delivery]))
      .finally(() => {
        this.inHand -= 1;
        if (this.tails.get(aggregate) === tail) this.tails.delete(aggregate);
        this.waiting.shift()?.();
      });
    this.tails.set(aggregate, tail);
  }

  private async drained(): Promise<void> {
    await Promise.all(this.tails.values());
  }
}

/** Up to `size` events a transaction, one transaction at a time: serial for everything, so also within an aggregate. */
export class BatchLane implements EventLane {
  private readonly handle: HandleDeliveries;
  private readonly size: number;
  private queue: Delivery[] = [];
  private working: Promise<void> | undefined;
  private roomMade: (() => void) | undefined;

  constructor(handle: HandleDeliveries, size: number) {
    this.handle = handle;
    this.size = size;
  }

  async offer(delivery: Delivery): Promise<void> {
    this.queue.push(delivery);
    this.working ??= this.work();
    if (this.queue.length >= this.size) await new Promise<void>((resolve) => (this.roomMade = resolve));
  }

  async drained(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    // What has already been read from the socket joins this batch; nothing waits for company.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      const batch = this.queue.slice(0, this.size);
      this.queue = this.queue.slice(this.size);
      this.roomMade?.();
      await this.handle(batch);
    }
    this.working = undefined;
  }
}
