import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, SQL } from '#runtime';
import { ENVIRONMENT, type SettlementEnvironment } from '../settlement.config.ts';
import { ItemStore, type SettlementAccount } from '../stores/item.store.ts';
import { CloseBatch } from '../use-cases/close-batch.ts';
import { pauseAfterFaultMs, Rounds } from './rounds.ts';

/**
 * Closes batches at each cut-off, and after a stop those of the cut-offs that were missed. Every process of the service does
 * this at the same moment; the lock of an account decides which of them closes its batch.
 */
@Injectable()
export class CloseBatchesAtCutoff implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;
  private readonly items: ItemStore;
  private readonly cutoffMs: number;

  constructor(
    private readonly closeBatch: CloseBatch,
    @Inject(SQL) sql: Sql,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ENVIRONMENT) environment: SettlementEnvironment,
  ) {
    this.items = new ItemStore(sql);
    this.cutoffMs = environment.SETTLEMENT_CUTOFF_SECONDS * 1_000;
    this.rounds = new Rounds({ what: 'close the batches', logger, round: () => this.closeAll() });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  /** Gives the time until the next cut-off, or less when an account has to be tried again. */
  private async closeAll(): Promise<number> {
    const cutoffMs = Math.floor(this.clock.now().getTime() / this.cutoffMs) * this.cutoffMs;
    const cutoffAt = new Date(cutoffMs);
    let failed = false;
    for (const account of await this.items.accountsDue(cutoffAt)) {
      // One merchant's trouble must not keep the others' money pending.
      await this.closeAccount(account, cutoffAt).catch((error: unknown) => {
        failed = true;
        this.logger.error({ err: error, ...account }, 'could not close a batch; it is tried again');
      });
    }
    return failed ? pauseAfterFaultMs : Math.max(0, cutoffMs + this.cutoffMs - this.clock.now().getTime());
  }

  private async closeAccount(account: SettlementAccount, cutoffAt: Date): Promise<void> {
    while (!this.rounds.stopping) {
      const result = await this.closeBatch.execute(account, cutoffAt);
      if (result.kind === 'nothing_open') return;
      const { batchId, batch } = result;
      const { merchantId, currency, payments } = batch;
      this.logger.info({ batchId, merchantId, currency, payments: payments.length }, 'batch closed');
    }
  }
}
