import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { hints } from '#contracts';
import type { Clock } from '#domain';
import { Broker, WakeUp } from '#messaging';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, SQL } from '#runtime';
import { claimDue, type DueDelivery } from '../stores/due-deliveries.ts';
import { AttemptDelivery } from '../use-cases/attempt-delivery.ts';
import { DeliveriesInHand } from './deliveries-in-hand.ts';

/** New deliveries are rung for; this is for those that wait for a later time, by a schedule that counts in seconds. */
const pollMs = 1_000;
/** Twice the longest time-out, so that the record of an attempt may wait for a database that restarts. */
const leaseMs = 60_000;

/**
 * An open request costs a socket and a few kilobytes. Endpoints that fail have a part of their own: they hold a request until
 * its time-out, and however many they are, the others find room.
 */
const queues = [
  { failing: false, deliveriesMax: 192, perEndpointMax: 16 },
  // One attempt at a time tells whether the endpoint is back.
  { failing: true, deliveriesMax: 64, perEndpointMax: 1 },
] as const;

/** A service has ten seconds to end; what receivers have not answered by then is sent again by another process. */
const drainMs = 5_000;

/** Sends what is due, as long as the service runs. Any number of processes do this side by side. */
@Injectable()
export class DeliverDue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private readonly callOff = new AbortController();
  private readonly inHand = queues.map((queue) => ({
    ...queue,
    deliveries: new DeliveriesInHand(() => this.doorbell.ring()),
  }));
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
    await Promise.all(this.inHand.map(({ deliveries }) => deliveries.done()));
    clearTimeout(patience);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        let taken = 0;
        for (const queue of this.inHand) taken += await this.takeDue(queue);
        if (taken > 0) continue;
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for due deliveries');
      }
      await this.doorbell.wait(pollMs);
    }
  }

  private async takeDue(queue: (typeof this.inHand)[number]): Promise<number> {
    const { failing, deliveriesMax, perEndpointMax, deliveries } = queue;
    const room = deliveriesMax - deliveries.size;
    if (room === 0) return 0;
    const now = this.clock.now();
    const due = await claimDue(this.sql, {
      now,
      leasedUntil: new Date(now.getTime() + leaseMs),
      failing,
      deliveriesMax: room,
      perEndpointMax,
      inHand: deliveries.byEndpoint,
    });
    for (const delivery of due) deliveries.take(delivery, this.attempt(delivery));
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
