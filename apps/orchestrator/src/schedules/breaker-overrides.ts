import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { guardedOperations, type GuardedOperation } from '#contracts';
import { WakeUp } from '#messaging';
import type { Logger } from '#observability';
import { BreakerOverrideStore, type Sql } from '#persistence';
import { LOGGER, SQL } from '#runtime';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';

/** A hint comes first; this is for the one that was lost. The table has a row or two at most. */
const pollMs = 2_000;

/** Holds those breakers open that people hold open, and no others. While the table cannot be read, it all stays as it is. */
@Injectable()
export class BreakerOverrides implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly doorbell = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly acquirers: AcquirerDirectory,
    @Inject(SQL) private readonly sql: Sql,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Once before the service is ready: a process that starts must not find out only after the first poll. */
  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.doorbell.ring();
    await this.running;
  }

  lookNow(): void {
    this.doorbell.ring();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.doorbell.wait(pollMs);
      if (!this.stopping) await this.look();
    }
  }

  private async look(): Promise<void> {
    try {
      const held = await new BreakerOverrideStore(this.sql).held();
      const reasons = new Map(held.map((override) => [`${override.acquirer} ${override.operation}`, override]));
      for (const { name } of this.acquirers.view()) {
        for (const operation of guardedOperations) this.apply(name, operation, reasons.get(`${name} ${operation}`));
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not read which breakers are held open');
    }
  }

  private apply(acquirer: string, operation: GuardedOperation, held: { openedBecause: string } | undefined): void {
    this.acquirers.breakerOf(acquirer, operation)?.holdOpen(held?.openedBecause);
  }
}
