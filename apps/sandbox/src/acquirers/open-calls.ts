import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '../clock.ts';

/**
 * The calls whose answer is still owed. They end when the caller goes away, and a process that stops hangs up on them
 * rather than waiting: whatever they did is already in the record.
 */
@Injectable()
export class OpenCalls implements BeforeApplicationShutdown {
  private readonly open = new Set<FastifyReply>();
  private stopping = false;

  constructor(private readonly clock: Clock) {}

  /** True when the instant came while the caller was still there. */
  async holdUntil(instant: Date | 'never', reply: FastifyReply): Promise<boolean> {
    if (reply.raw.closed) return false;
    if (instant !== 'never' && instant <= this.clock.now()) return true;
    if (this.stopping) {
      reply.raw.destroy();
      return false;
    }

    const hungUp = new AbortController();
    const hangUp = () => hungUp.abort();
    reply.raw.once('close', hangUp);
    this.open.add(reply);
    try {
      await this.clock.waitUntil(instant, hungUp.signal);
      return true;
    } catch (error) {
      if (hungUp.signal.aborted) return false;
      throw error;
    } finally {
      this.open.delete(reply);
      reply.raw.off('close', hangUp);
    }
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const reply of this.open) reply.raw.destroy();
  }
}
