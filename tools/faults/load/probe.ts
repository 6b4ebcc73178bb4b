import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Merchant } from './merchant.ts';

const everyMs = 250;
/** A payment that takes longer is no success: somebody stands at a checkout. */
const awaitOutcomeMs = 2_000;

/** The whole way of one payment, from mutation to CAPTURED. */
export interface Sounding {
  readonly begunAt: number;
  readonly endedAt: number;
  readonly captured: boolean;
}

/** Sends an ordinary payment every quarter of a second, to each API in turn: when one comes through, the system works. */
export class Probe {
  readonly soundings: Sounding[] = [];
  private readonly merchant: Merchant;
  private readonly stopping = new AbortController();
  private readonly open = new Set<Promise<void>>();

  constructor(merchant: Merchant) {
    this.merchant = merchant;
  }

  async run(): Promise<void> {
    for (let number = 0; !this.stopping.signal.aborted; number += 1) {
      const sounding: Promise<void> = this.sound(number % 2).finally(() => this.open.delete(sounding));
      this.open.add(sounding);
      await pause(everyMs);
    }
    await Promise.all(this.open);
  }

  stop(): void {
    this.stopping.abort();
  }

  private async sound(api: number): Promise<void> {
    const begunAt = Date.now();
    const told = await this.merchant.mutate(api, 'createPayment', randomUUID(), {
      reference: randomUUID(),
      amount: { minor: 1_099, currency: 'EUR' },
      source: { cardToken: 'tok_visa' },
      awaitOutcomeMs,
    });
    this.soundings.push({ begunAt, endedAt: Date.now(), captured: told.status === 'CAPTURED' });
  }
}
