import { Injectable } from '@nestjs/common';
import { Counter, Registry, collectDefaultMetrics } from 'prom-client';

/** The numbers of this process, in a registry of its own so that two applications in one process do not mix. */
@Injectable()
export class SandboxMetrics {
  private readonly registry = new Registry();
  private readonly replies = new Counter({
    name: 'sandbox_acquirer_replies_total',
    help: 'Calls of the acquirers by what the caller was told.',
    labelNames: ['acquirer', 'operation', 'tells'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  countReply(acquirer: string, operation: string, tells: string): void {
    this.replies.inc({ acquirer, operation, tells });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  expose(): Promise<string> {
    return this.registry.metrics();
  }
}
