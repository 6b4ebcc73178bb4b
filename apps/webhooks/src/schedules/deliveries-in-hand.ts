import type { WebhookEndpointId } from '#domain';
import type { DueDelivery } from '../stores/due-deliveries.ts';

/** The deliveries that this process is making, and how many of each endpoint. */
export class DeliveriesInHand {
  private readonly running = new Set<Promise<void>>();
  private readonly counts = new Map<WebhookEndpointId, number>();

  /** `roomMade` is called after each delivery that is done. */
  constructor(private readonly roomMade: () => void) {}

  get size(): number {
    return this.running.size;
  }

  get byEndpoint(): ReadonlyMap<WebhookEndpointId, number> {
    return this.counts;
  }

  /** `attempt` never throws. */
  take({ endpointId }: DueDelivery, attempt: Promise<void>): void {
    this.counts.set(endpointId, (this.counts.get(endpointId) ?? 0) + 1);
    const running = attempt.finally(() => {
      this.running.delete(running);
      const left = (this.counts.get(endpointId) ?? 0) - 1;
      if (left > 0) this.counts.set(endpointId, left);
      else this.counts.delete(endpointId);
      this.roomMade();
    });
    this.running.add(running);
  }

  async done(): Promise<void> {
    await Promise.all(this.running);
  }
}
