import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { hints } from '#contracts';
import { Broker } from '#messaging';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { OutcomeReader, type AwaitedOutcome } from './outcome-reader.ts';

interface Waiter extends AwaitedOutcome {
  readonly resolve: () => void;
}

/** Behind lost hints: the longest that a known outcome goes unnoticed. */
const pollMs = 500;

/**
 * Replies that are held until their payment's outcome is known. Woken by hints; a poll behind them makes up for lost ones.
 * The reply then shows the payment as it stands, so waking too often or too late is never wrong.
 */
@Injectable()
export class OutcomeWaiters implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiters = new Map<string, Set<Waiter>>();
  private readonly changed = new Set<string>();
  private polling: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly reader: OutcomeReader,
    private readonly broker: Broker,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.broker.onHint(hints.paymentChanged, (paymentId) => this.look([paymentId]));
    this.polling = setInterval(() => this.look(this.waiters.keys()), pollMs);
  }

  /** Whoever still waits gets the payment as it stands: PROCESSING is an honest answer. */
  beforeApplicationShutdown(): void {
    clearInterval(this.polling);
    for (const waiting of this.waiters.values()) for (const waiter of waiting) waiter.resolve();
  }

  /** Resolves when the outcome is known or the time is up, whichever comes first. */
  async wait(awaited: AwaitedOutcome, atMostMs: number): Promise<void> {
    if (atMostMs === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => waiter.resolve(), atMostMs);
      const waiter: Waiter = {
        ...awaited,
        resolve: () => {
          clearTimeout(timer);
          this.forget(waiter);
          resolve();
        },
      };
      this.remember(waiter);
      // The outcome may have been there before the waiter was.
      this.look([awaited.paymentId]);
    });
  }

  private remember(waiter: Waiter): void {
    const waiting = this.waiters.get(waiter.paymentId) ?? new Set();
    this.waiters.set(waiter.paymentId, waiting.add(waiter));
  }

  private forget(waiter: Waiter): void {
    const waiting = this.waiters.get(waiter.paymentId);
    waiting?.delete(waiter);
    if (waiting?.size === 0) this.waiters.delete(waiter.paymentId);
  }

  /** Hints that come while a look is under way are gathered for one more. */
  private look(paymentIds: Iterable<string>): void {
    for (const id of paymentIds) if (this.waiters.has(id)) this.changed.add(id);
    if (this.looking || this.changed.size === 0) return;
    this.looking = true;
    void this.lookAtChanged().finally(() => {
      this.looking = false;
    });
  }

  private async lookAtChanged(): Promise<void> {
    while (this.changed.size > 0) {
      const waiting = [...this.changed].flatMap((id) => [...(this.waiters.get(id) ?? [])]);
      this.changed.clear();
      if (waiting.length === 0) return;
      try {
        for (const waiter of await this.reader.known(waiting)) waiter.resolve();
      } catch (error) {
        this.logger.warn({ err: error }, 'could not look for outcomes; the poll looks again');
        return;
      }
    }
  }
}
