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
  private readonly callbacks = new Counter({
    name: 'sandbox_callbacks_total',
    help: 'Callbacks sent by the acquirers, each try counted, by whether a 2xx took them.',
    labelNames: ['acquirer', 'type', 'outcome'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  countReply(acquirer: string, operation: string, tells: string): void {
    this.replies.inc({ acquirer, operation, tells });
  }

  countCallback(acquirer: string, type: string, outcome: 'taken' | 'not_taken'): void {
    this.callbacks.inc({ acquirer, type, outcome });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  expose(): Promise<string> {
    return this.registry.metrics();
  }
}
