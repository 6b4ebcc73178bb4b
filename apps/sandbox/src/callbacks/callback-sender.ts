import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../clock.ts';
import { SandboxLogger } from '../process/sandbox-logger.ts';
import { CallbackStore } from '../stores/callback.store.ts';
import type { DueCallback } from '../stores/callback.store.ts';
import { CallbackBell } from './callback-bell.ts';
import { CallbackPost } from './callback-post.ts';

/** So many are on their way at once. */
const batchSize = 32;

/** The second try comes after a second, and every further one after twice as long, up to a minute. */
const firstPauseMs = 1_000;
const pauseMsMax = 60_000;

/** A database that is away is asked again so much later. */
const databasePauseMs = 1_000;

/** Tells what is to be told when its time has come, again and again until a 2xx says that it was taken. */
@Injectable()
export class CallbackSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly callbacks: CallbackStore,
    private readonly post: CallbackPost,
    private readonly bell: CallbackBell,
    private readonly clock: Clock,
    private readonly logger: SandboxLogger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.post.hasAddress) this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.bell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const { nextRing } = this.bell;
      await this.pause(nextRing, await this.sendDue());
    }
  }

  /** Sends all whose time has come and answers when to look again. */
  private async sendDue(): Promise<Date | 'never'> {
    try {
      const next = await this.callbacks.next(batchSize);
      const now = this.clock.now();
      const due = next.filter(({ nextTryAt }) => nextTryAt <= now);
      await Promise.all(due.map((callback) => this.send(callback)));
      return due.length > 0 ? now : (next[0]?.nextTryAt ?? 'never');
    } catch (error) {
      this.logger.warn(error);
      return new Date(this.clock.now().getTime() + databasePauseMs);
    }
  }

  private async send(callback: DueCallback): Promise<void> {
    const pauseMs = Math.min(firstPauseMs * 2 ** callback.tries, pauseMsMax);
    if (!(await this.callbacks.take(callback, new Date(this.clock.now().getTime() + pauseMs)))) return;
    if (await this.post.send(callback, this.stopping.signal)) await this.callbacks.noteDelivery(callback.id);
  }

  /** Until the bell rings or the instant has come, whatever is first. */
  private async pause(nextRing: Promise<void>, until: Date | 'never'): Promise<void> {
    if (until !== 'never' && until <= this.clock.now()) return;
    const rung = new AbortController();
    // What rejects is the wait that the bell has ended.
    const waited = until === 'never' ? nextRing : this.clock.waitUntil(until, rung.signal).catch(() => undefined);
    await Promise.race([nextRing, waited]);
    rung.abort();
  }
}
