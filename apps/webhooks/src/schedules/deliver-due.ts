import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { hints } from '#contracts';
import type { Clock } from '#domain';
import { Broker, WakeUp } from '#messaging';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, SQL } from '#runtime';
import { claimDue, type DueDelivery } from '../stores/due-deliveries.ts';
import { AttemptDelivery } from '../use-cases/attempt-delivery.ts';
import { DeliveriesInHand, type DeliveryQueue } from './deliveries-in-hand.ts';

/** New deliveries are rung for; this is for those that wait for a later time, by a schedule that counts in seconds. */
const pollMs = 1_000;
/** Twice the longest time-out: whoever still holds a delivery after this has died, or might as well have. */
const leaseMs = 60_000;

/**
 * An open request costs a socket and a few kilobytes, so there may be hundreds. An endpoint that is dead holds each of its
 * requests until the time-out, and must not hold them all: what an endpoint may have at once is bounded, there is room for
 * those with nothing in hand when the others have filled theirs, and endpoints that are known to fail queue apart, one
 * attempt at a time, which is enough to see that one is back.
 */
const queues: readonly DeliveryQueue[] = [
  { failing: false, deliveriesMax: 192, perEndpointMax: 16 },
  { failing: false, deliveriesMax: 192, perEndpointMax: 1 },
  { failing: true, deliveriesMax: 64, perEndpointMax: 1 },
];

/** A service has ten seconds to end; what receivers have not answered by then is sent again by another process. */
const drainMs = 5_000;

/** Sends what is due, as long as the service runs. Any number of processes do this side by side. */
@Injectable()
export class DeliverDue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private readonly callOff = new AbortController();
  private readonly inHand = new DeliveriesInHand(() => this.doorbell.ring());
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly attemptDelivery: AttemptDelivery,
    private readonly broker: Broker,
    @Inject(SQL) private readonly sql: Sql,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.broker.onHint(hints.deliveriesDue, () => this.doorbell.ring());
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.doorbell.ring();
    await this.running;
    const patience = setTimeout(() => this.callOff.abort(), drainMs);
    await this.inHand.done();
    clearTimeout(patience);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        let taken = 0;
        for (const queue of queues) taken += await this.takeDue(queue);
        if (taken > 0) continue;
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for due deliveries');
      }
      await this.doorbell.wait(pollMs);
    }
  }

  private async takeDue(queue: DeliveryQueue): Promise<number> {
    const room = this.inHand.roomIn(queue);
    if (room === 0) return 0;
    const now = this.clock.now();
    const due = await claimDue(this.sql, {
      now,
      leasedUntil: new Date(now.getTime() + leaseMs),
      failing: queue.failing,
      deliveriesMax: room,
      perEndpointMax: queue.perEndpointMax,
      inHand: this.inHand.byEndpoint,
    });
    for (const delivery of due) this.inHand.take(queue, delivery, this.attempt(delivery));
    return due.length;
  }

  private async attempt(delivery: DueDelivery): Promise<void> {
    try {
      await this.attemptDelivery.execute(delivery, this.callOff.signal);
    } catch (error) {
      const { id: deliveryId, endpointId, merchantId } = delivery;
      this.logger.warn({ err: error, deliveryId, endpointId, merchantId }, 'an attempt stumbled; it is made again');
    }
  }
}
