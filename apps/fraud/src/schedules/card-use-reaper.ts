import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#domain';
import type { Logger } from '#observability';
import type { Sql } from '#persistence';
import { CLOCK, LOGGER, Reaper, SQL } from '#runtime';
import { CardUseStore } from '../stores/card-use.store.ts';

/** The stream keeps events for a week, and a window is a day at most: an event that comes later than this is counted alone. */
const keptMs = 8 * 24 * 3_600_000;
const everyMs = 3_600_000;

/** Forgets when cards were used as soon as no window can ask for it any more. */
@Injectable()
export class CardUseReaper extends Reaper {
  constructor(@Inject(SQL) sql: Sql, @Inject(CLOCK) clock: Clock, @Inject(LOGGER) logger: Logger) {
    const cardUses = new CardUseStore(sql);
    const forget = (horizon: Date, limit: number): Promise<number> => cardUses.forgetBefore(horizon, limit);
    super({ what: 'old uses of cards', keptMs, everyMs, forget }, clock, logger);
  }
}
