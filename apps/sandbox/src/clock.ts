import { setTimeout as pause } from 'node:timers/promises';

/** Time as an input, so that a test can let ten seconds pass without waiting for them. */
export abstract class Clock {
  abstract now(): Date;

  /**
   * Resolves once the instant has come; `'never'` is an instant that does not come. Rejects when the signal aborts.
   */
  abstract waitUntil(instant: Date | 'never', signal: AbortSignal): Promise<void>;
}

/** The longest delay that a Node timer takes; a longer one would fire at once. */
const timerMsMax = 2_147_483_647;

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  async waitUntil(instant: Date | 'never', signal: AbortSignal): Promise<void> {
    const arrivesAt = instant === 'never' ? Number.POSITIVE_INFINITY : instant.getTime();
    for (let leftMs = arrivesAt - Date.now(); leftMs > 0; leftMs = arrivesAt - Date.now()) {
      await pause(Math.min(leftMs, timerMsMax), undefined, { signal });
    }
  }
}
