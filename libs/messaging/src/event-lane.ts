import type { JsMsg } from '@nats-io/jetstream';
import type { EventEnvelope } from '#contracts';

export interface Delivery {
  readonly message: JsMsg;
  readonly event: EventEnvelope;
}

/** Handles some deliveries of one handler; never throws. */
export type HandleDeliveries = (deliveries: readonly Delivery[]) => Promise<void>;

/** A handler's queue. `offer` resolves when there is room again: that is what holds back the pull. */
export interface EventLane {
  offer(delivery: Delivery): Promise<void>;
  /** Resolves when everything that was taken has been handled. */
  drained(): Promise<void>;
}

/** One event a transaction: serial within an aggregate, `concurrency` aggregates side by side. */
export class SingleLane implements EventLane {
  private readonly handle: HandleDeliveries;
  private readonly concurrency: number;
  private readonly tails = new Map<string, Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private inHand = 0;

  constructor(handle: HandleDeliveries, concurrency: number) {
    this.handle = handle;
    this.concurrency = concurrency;
  }

  async offer(delivery: Delivery): Promise<void> {
    this.inHand += 1;
    const aggregate = delivery.event.subject;
    const before = this.tails.get(aggregate) ?? Promise.resolve();
    const tail = before
      .then(() => this.handle([delivery]))
      .finally(() => {
        this.inHand -= 1;
        if (this.tails.get(aggregate) === tail) this.tails.delete(aggregate);
        this.waiting.shift()?.();
      });
    this.tails.set(aggregate, tail);
    if (this.inHand >= this.concurrency) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async drained(): Promise<void> {
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
