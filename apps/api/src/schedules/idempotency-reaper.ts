import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, SQL } from '#runtime';
import { IdempotencyStore } from '../stores/idempotency-store.ts';

/** The promise to clients: a key answers the same for this long. */
const keptMs = 72 * 3_600_000;
const everyMs = 10 * 60_000;
/** Small enough that the deletes of one go never hold anybody up. */
const reapedAtOnce = 1_000;

/** Forgets idempotency keys when their time is over. */
@Injectable()
export class IdempotencyReaper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly keys: IdempotencyStore;
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SQL) sql: Sql,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.keys = new IdempotencyStore(sql);
  }

  onApplicationBootstrap(): void {
    this.ticking = setInterval(() => void this.reap(), everyMs).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.ticking);
  }

  /** Gives how many keys were forgotten. A fault leaves the rest for the next time. */
  async reap(): Promise<number> {
    const horizon = new Date(this.clock.now().getTime() - keptMs);
    let forgotten = 0;
    try {
      for (let reaped = reapedAtOnce; reaped === reapedAtOnce; forgotten += reaped) {
        reaped = await this.keys.reap(horizon, reapedAtOnce);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not forget old idempotency keys; trying again later');
    }
    return forgotten;
  }
}
