import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../chance.ts';
import { stories } from './purchases.ts';
import { Shopper, type Counters } from './shopper.ts';

/** Purchases a second: two cores carry two of every service, and each purchase is up to ten requests. */
const purchasesPerSecond = 5;
const tickMs = 50;
/** What is open at once is bounded, or an outage would end in a flood that measures nothing but itself. */
const purchasesMax = 250;

/** Purchases that arrive on schedule, whether or not the ones before have been answered. */
export class Load {
  private readonly counters: Counters;
  private readonly chance: Chance;
  /** No new purchases. */
  private readonly closed = new AbortController();
  /** Nor any new tries. */
  private readonly ending = new AbortController();
  private readonly open = new Set<Promise<void>>();
  private begun = 0;
  private factor = 1;

  constructor(counters: Counters, chance: Chance) {
    this.counters = counters;
    this.chance = chance;
  }

  /** Settles when the last purchase has been begun, which is after `close`. */
  async run(): Promise<void> {
    let due = 0;
    while (!this.closed.signal.aborted) {
      due += (purchasesPerSecond * this.factor * tickMs) / 1_000;
      for (; due >= 1 && this.open.size < purchasesMax; due -= 1) this.begin();
      due = Math.min(due, 1);
      await pause(tickMs);
    }
  }

  /** So many times as many purchases, until it is told otherwise. */
  multiply(factor: number): void {
    this.factor = factor;
  }

  get purchases(): number {
    return this.begun;
  }

  /** What is open may come to its end, for so long; then nobody asks again. */
  async close(withinMs: number): Promise<void> {
    this.closed.abort();
    const patience = setTimeout(() => this.ending.abort(), withinMs);
    await Promise.all(this.open);
    clearTimeout(patience);
  }

  private begin(): void {
    this.begun += 1;
    const chance = this.chance.for(String(this.begun));
    const shopper = new Shopper(this.counters, chance, this.ending.signal);
    const purchase: Promise<void> = chance
      .pick(stories)(shopper)
      .finally(() => this.open.delete(purchase));
    this.open.add(purchase);
  }
}
