import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.ts';
import { SandboxMetrics } from '../process/sandbox-metrics.ts';
import { SandboxConfig } from '../sandbox.config.ts';
import type { DueCallback } from '../stores/callback.store.ts';
import { signatureOf } from './callback-signature.ts';

/** A receiver that writes down what it hears answers within this time, or is told again. */
const answerTimeoutMs = 5_000;

/** One callback as an HTTP request. */
@Injectable()
export class CallbackPost {
  constructor(
    private readonly config: SandboxConfig,
    private readonly clock: Clock,
    private readonly metrics: SandboxMetrics,
  ) {}

  /** Without an address nothing is sent; it is kept for when there is one. */
  get hasAddress(): boolean {
    return this.config.callbackUrl !== null;
  }

  /** True when it was taken: a 2xx. Anything else, silence too, is not. */
  async send({ acquirer, type, body }: DueCallback, stopping: AbortSignal): Promise<boolean> {
    const taken = await this.isTaken(acquirer, body, stopping);
    this.metrics.countCallback(acquirer, type, taken ? 'taken' : 'not_taken');
    return taken;
  }

  private async isTaken(acquirer: string, body: string, stopping: AbortSignal): Promise<boolean> {
    try {
      const response = await fetch(`${this.config.callbackUrl}/acquirers/${acquirer}/callbacks`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'sandbox-signature': signatureOf(body, this.config.callbackSecret, this.clock.now()),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopping, AbortSignal.timeout(answerTimeoutMs)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
