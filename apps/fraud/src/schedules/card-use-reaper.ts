import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, SQL } from '#runtime';
import { CardUseStore } from '../stores/card-use.store.ts';

/** The stream keeps events for a week, and a window is a day at most: an event that comes later than this is counted alone. */
const keptMs = 8 * 24 * 3_600_000;
const everyMs = 3_600_000;
/** Small enough that the deletes of one go never hold anybody up. */
const forgottenAtOnce = 1_000;

/** Forgets when cards were used as soon as no window can ask for it any more. */
@Injectable()
export class CardUseReaper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly cardUses: CardUseStore;
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SQL) sql: Sql,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.cardUses = new CardUseStore(sql);
  }

  onApplicationBootstrap(): void {
    this.ticking = setInterval(() => void this.reap(), everyMs).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.ticking);
  }

  /** Gives how many rows were forgotten. A fault leaves the rest for the next time. */
  async reap(): Promise<number> {
    const horizon = new Date(this.clock.now().getTime() - keptMs);
    let forgotten = 0;
    try {
      for (let reaped = forgottenAtOnce; reaped === forgottenAtOnce; forgotten += reaped) {
        reaped = await this.cardUses.forgetBefore(horizon, forgottenAtOnce);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not forget old uses of cards; trying again later');
    }
    return forgotten;
  }
}
