import { EventEmitter, once } from 'node:events';
import { Clock } from '../../../apps/sandbox/src/clock.ts';

interface Waiter {
  readonly until: Date | 'never';
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it, and tells the test when somebody waits. */
export class ManualClock extends Clock {
  private readonly waiters = new Set<Waiter>();
  private readonly changes = new EventEmitter();

  constructor(private instant = new Date('2026-11-21T12:00:00.000Z')) {
    super();
  }

  now(): Date {
    return this.instant;
  }

  waitUntil(until: Date | 'never', signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { until, wake: resolve };
      this.waiters.add(waiter);
      signal.addEventListener('abort', () => {
        this.waiters.delete(waiter);
        this.changes.emit('change');
        reject(signal.reason);
      });
      this.changes.emit('change');
    });
  }

  advance(ms: number): void {
    this.instant = new Date(this.instant.getTime() + ms);
    for (const waiter of this.waiters) {
      if (waiter.until === 'never' || waiter.until > this.instant) continue;
      this.waiters.delete(waiter);
      waiter.wake();
    }
  }

  /** Resolves when exactly so many calls are waiting on this clock. */
  async waiting(count: number): Promise<void> {
    while (this.waiters.size !== count) await once(this.changes, 'change');
  }
}
