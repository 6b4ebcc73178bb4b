import { Pool, type Dispatcher } from 'undici';
import { guardedOperations } from '#contracts';
import type { AttemptId, Clock, DisputeId } from '#domain';
import type { Metrics } from '#observability';
import type {
  Acquirer,
  AcquirerAnswer,
  AcquirerCallback,
  AcquirerRequest,
  EvidenceAnswer,
  FindAnswer,
} from './acquirer.ts';
import { isSignedCallback, signatureHeader } from './callback-signature.ts';
import { answerOfFailure, readAnswer, readEvidenceAnswer, type NoAnswer } from './http-answers.ts';
import { sideBySideMax } from './guard-limits.ts';
import { readSignedCallback } from './http-callbacks.ts';
import { bodyOf, pathOf } from './http-requests.ts';

export interface HttpAcquirerOptions {
  readonly name: string;
  /** For example http://127.0.0.1:3005/acquirers/alpha. */
  readonly url: string;
  /** What its callbacks are signed with and their age is judged by; without it none of them can be genuine. */
  readonly callbacks?: { readonly secret: string; readonly clock: Clock };
}

/**
 * Connections to one acquirer: as many as its guards let through for all operations. With fewer, calls that hang in
 * one operation would hold up those of another in the pool, where a call out of time is not known to be unsent.
 */
const connectionsMax = guardedOperations.length * sideBySideMax;
const connectTimeoutMs = 2_000;

/** An acquirer that speaks the protocol of the sandbox: JSON over HTTP with an idempotency key. */
export class HttpAcquirer implements Acquirer {
  readonly name: string;
  private readonly metrics: Metrics;
  private readonly pool: Pool;
  private readonly basePath: string;
  private readonly callbacks: HttpAcquirerOptions['callbacks'];

  constructor(options: HttpAcquirerOptions, metrics: Metrics) {
    const url = new URL(options.url);
    this.name = options.name;
    this.metrics = metrics;
    this.callbacks = options.callbacks;
    this.basePath = url.pathname.replace(/\/$/, '');
    this.pool = new Pool(url.origin, {
      connections: connectionsMax,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async send(request: AcquirerRequest, signal: AbortSignal): Promise<AcquirerAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: request.operation });
    const answer = await this.call(
      'POST',
      pathOf(request),
      request.key,
      signal,
      readAnswer,
      JSON.stringify(bodyOf(request)),
    );
    end({ answer: answer.type });
    // It does not know the authorization that we know of: no answer to rely on.
    return answer.type === 'nothing_found' ? { type: 'unknown', reason: 'the acquirer answered 404' } : answer;
  }

  async find(key: AttemptId, signal: AbortSignal): Promise<FindAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: 'find' });
    const answer = await this.call('GET', `/operations/${key}`, key, signal, readAnswer);
    end({ answer: answer.type });
    // A question that was not sent tells nothing about the operation that it asks for.
    return answer.type === 'not_sent' ? { type: 'unknown', reason: answer.reason } : answer;
  }

  async submitEvidence(key: DisputeId, dispute: string, text: string, signal: AbortSignal): Promise<EvidenceAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: 'evidence' });
    const path = `/disputes/${encodeURIComponent(dispute)}/evidence`;
    const read = (status: number, said: string): EvidenceAnswer => readEvidenceAnswer(dispute, status, said);
    const answer = await this.call('POST', path, key, signal, read, JSON.stringify({ text }));
    end({ answer: answer.type });
    return answer;
  }

  readCallback(body: Buffer, headers: Readonly<Record<string, string | undefined>>): AcquirerCallback | undefined {
    if (this.callbacks === undefined) return undefined;
    const { secret, clock } = this.callbacks;
    return isSignedCallback(body, headers[signatureHeader], secret, clock.now()) ? readSignedCallback(body) : undefined;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async call<Answer>(
    method: Dispatcher.HttpMethod,
    path: string,
    key: string,
    signal: AbortSignal,
    read: (status: number, text: string) => Answer,
    body?: string,
  ): Promise<Answer | NoAnswer> {
    try {
      const response = await this.pool.request({
        method,
        path: this.basePath + path,
        headers: { 'idempotency-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body ?? null,
        signal,
      });
      return read(response.statusCode, await response.body.text());
    } catch (error) {
      return answerOfFailure(error);
    }
  }
}
