import type { WebhookEndpointId } from '#domain';
import type { DueDelivery } from '../stores/due-deliveries.ts';

/** A share of the requests that a process has open. */
export interface DeliveryQueue {
  /** Whether it is for endpoints that have failed of late, or for all others. */
  readonly failing: boolean;
  readonly deliveriesMax: number;
  /** An endpoint that has so many in hand, over all queues, gets no more from this one. */
  readonly perEndpointMax: number;
}

/** The deliveries that this process is making, by queue and by endpoint. */
export class DeliveriesInHand {
  private readonly running = new Map<Promise<void>, DeliveryQueue>();
  private readonly counts = new Map<WebhookEndpointId, number>();

  /** `roomMade` is called after each delivery that is done. */
  constructor(private readonly roomMade: () => void) {}

  get byEndpoint(): ReadonlyMap<WebhookEndpointId, number> {
    return this.counts;
  }

  roomIn(queue: DeliveryQueue): number {
    return queue.deliveriesMax - [...this.running.values()].filter((other) => other === queue).length;
  }

  /** `attempt` never throws. */
  take(queue: DeliveryQueue, { endpointId }: DueDelivery, attempt: Promise<void>): void {
    this.counts.set(endpointId, (this.counts.get(endpointId) ?? 0) + 1);
    const running = attempt.finally(() => {
      this.running.delete(running);
      const left = (this.counts.get(endpointId) ?? 0) - 1;
      if (left > 0) this.counts.set(endpointId, left);
      else this.counts.delete(endpointId);
      this.roomMade();
    });
    this.running.set(running, queue);
  }

  async done(): Promise<void> {
    await Promise.all(this.running.keys());
  }
}
