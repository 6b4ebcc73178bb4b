import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Chance } from '../chance.ts';
import { AcquirerControls } from '../controls/acquirer-controls.ts';
import type { AcquirerName, KeyedKind, Reply } from '../operations/operation.ts';
import { SandboxMetrics } from '../process/sandbox-metrics.ts';
import { OpenCalls } from './open-calls.ts';

/** One HTTP call as it came in. */
export interface Call {
  readonly acquirer: AcquirerName;
  readonly operation: KeyedKind | 'find';
  readonly key: string;
  readonly receivedAt: Date;
}

interface Garbage {
  readonly type: 'text/html' | 'application/json';
  readonly body: string;
}

/** Bodies that no caller agreed to, each broken in another way. */
const garbage: readonly [Garbage, ...Garbage[]] = [
  { type: 'text/html', body: '<html><body><h1>Scheduled maintenance</h1></body></html>' },
  { type: 'application/json', body: '{"status":"appr' },
  { type: 'application/json', body: '' },
  { type: 'application/json', body: '{"status":"approved"}' },
  { type: 'application/json', body: '{"STATUS":"00","AMT":"10.99","AUTH":"A1"}' },
];

/** Turns what the acquirer wants the caller to know into HTTP: sometimes an answer. */
@Injectable()
export class ReplySender {
  constructor(
    private readonly openCalls: OpenCalls,
    private readonly controls: AcquirerControls,
    private readonly chance: Chance,
    private readonly metrics: SandboxMetrics,
  ) {}

  async send(call: Call, reply: Reply, http: FastifyReply): Promise<void> {
    this.metrics.countReply(call.acquirer, call.operation, reply.tells);
    if (!(await this.openCalls.holdUntil(this.dueAt(call, reply), http))) {
      http.hijack();
      return;
    }
    switch (reply.tells) {
      case 'plainly':
        return void http.code(200).send(reply.answer);
      case 'garbled': {
        const { type, body } = this.chance.choice(garbage, 'garbage', call.acquirer, call.key);
        return void http.code(200).type(type).serializer(String).send(body);
      }
      case 'not_found':
        return void http.code(404).send({ status: 'not_found' });
      case 'not_processed':
        return void http.code(503).send({
          error: { code: 'not_processed', message: 'The acquirer did not take the call. Nothing was done.' },
        });
      case 'unclear':
        return void http.code(500).type('text/plain').send('Something went wrong.');
      case 'never':
        return;
    }
  }

  private dueAt(call: Call, reply: Reply): Date | 'never' {
    if (reply.tells === 'never') return 'never';
    const afterLatency = new Date(call.receivedAt.getTime() + this.controls.of(call.acquirer).latencyMs);
    return 'from' in reply && reply.from > afterLatency ? reply.from : afterLatency;
  }
}
