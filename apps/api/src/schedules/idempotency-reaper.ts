import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, Reaper, SQL } from '#runtime';
import { IdempotencyStore } from '../stores/idempotency-store.ts';

/** The promise to clients: a key answers the same for this long. */
const keptMs = 72 * 3_600_000;
const everyMs = 10 * 60_000;

/** Forgets idempotency keys when their time is over. */
@Injectable()
export class IdempotencyReaper extends Reaper {
  constructor(@Inject(SQL) sql: Sql, @Inject(CLOCK) clock: Clock, @Inject(LOGGER) logger: Logger) {
    const keys = new IdempotencyStore(sql);
    const forget = (horizon: Date, limit: number): Promise<number> => keys.reap(horizon, limit);
    super({ what: 'old idempotency keys', keptMs, everyMs, forget }, clock, logger);
  }
}
