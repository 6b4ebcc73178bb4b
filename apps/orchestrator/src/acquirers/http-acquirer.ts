import { Pool, type Dispatcher } from 'undici';
import { z } from 'zod';
import { isDeclineCode, type AttemptId, type DeclineCode } from '#domain';
import type { Metrics } from '#observability';
import type { Acquirer, AcquirerAnswer, AcquirerRequest, FindAnswer } from './acquirer.ts';

/** What the acquirer agreed to answer; anything else is no answer. */
const answerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('approved'),
    authorizationId: z.string().optional(),
    captureId: z.string().optional(),
    refundId: z.string().optional(),
    amountMinor: z.int().min(0).optional(),
  }),
  z.object({
    status: z.literal('declined'),
    declineCode: z.string().min(1),
    soft: z.boolean(),
    message: z.string(),
  }),
]);

/** The acquirer's written promise that nothing was done. */
const notProcessedSchema = z.object({ error: z.object({ code: z.literal('not_processed') }) });

/** The acquirer refuses the request itself and promises that nothing was done. Asking again would be refused again. */
const refusalSchema = z.object({ error: z.object({ code: z.string().min(1), message: z.string() }) });
const refusingStatuses = [400, 422];

/** The connection was never made, so nothing can have been asked. */
const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH'];

export interface HttpAcquirerOptions {
  readonly name: string;
  /** For example http://127.0.0.1:3005/acquirers/alpha. */
  readonly url: string;
}

/** Connections to one acquirer, and so how many calls are made side by side. */
export const connectionsMax = 64;
const connectTimeoutMs = 2_000;

/** An acquirer that speaks the protocol of the sandbox: JSON over HTTP with an idempotency key. */
export class HttpAcquirer implements Acquirer {
  readonly name: string;
  private readonly metrics: Metrics;
  private readonly pool: Pool;
  private readonly basePath: string;

  constructor(options: HttpAcquirerOptions, metrics: Metrics) {
    const url = new URL(options.url);
    this.name = options.name;
    this.metrics = metrics;
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
    const answer = await this.call('POST', pathOf(request), request.key, signal, JSON.stringify(bodyOf(request)));
    end({ answer: answer.type });
    // It does not know the authorization that we know of: no answer to rely on.
    return answer.type === 'nothing_found' ? { type: 'unknown', reason: 'the acquirer answered 404' } : answer;
  }

  async find(key: AttemptId, signal: AbortSignal): Promise<FindAnswer> {
    const end = this.metrics.acquirerCalls.startTimer({ acquirer: this.name, operation: 'find' });
    const answer = await this.call('GET', `/operations/${key}`, key, signal);
    end({ answer: answer.type });
    // A question that was not sent tells nothing about the operation that it asks for.
    return answer.type === 'not_sent' ? { type: 'unknown', reason: answer.reason } : answer;
  }

  /** This acquirer's callbacks are not agreed yet: none of them can be genuine. */
  readCallback(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async call(
    method: Dispatcher.HttpMethod,
    path: string,
    key: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<FindAnswer> {
    try {
      const response = await this.pool.request({
        method,
        path: this.basePath + path,
        headers: { 'idempotency-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body ?? null,
        signal,
      });
      return readAnswer(response.statusCode, await response.body.text());
    } catch (error) {
      return answerOfFailure(error);
    }
  }
}

function pathOf({ operation, authorization }: AcquirerRequest): string {
  if (operation === 'authorize') return '/authorizations';
  return `/authorizations/${authorization}/${operation}s`;
}

function bodyOf(request: AcquirerRequest): object {
  const amountMinor = Number(request.amount.minor);
  switch (request.operation) {
    case 'authorize':
      return {
        cardToken: request.cardToken,
        amountMinor,
        currency: request.amount.currency,
        reference: request.reference,
      };
    case 'capture':
      return { amountMinor, final: request.final };
    case 'increase':
    case 'refund':
      return { amountMinor };
    case 'void':
      return {};
  }
}

function readAnswer(status: number, text: string): FindAnswer {
  const body = parseJson(text);
  if (status === 404) return { type: 'nothing_found' };
  if (status === 503 && notProcessedSchema.safeParse(body).success) {
    return { type: 'not_sent', reason: 'the acquirer promises that nothing was done (503 not_processed)' };
  }
  const refusal = refusalSchema.safeParse(body);
  if (refusingStatuses.includes(status) && refusal.success) {
    const { code, message } = refusal.data.error;
    return { type: 'declined', code: 'request_refused', acquirerCode: code, message };
  }
  const answer = answerSchema.safeParse(body);
  if (status !== 200 || !answer.success) return { type: 'unknown', reason: `no agreed answer (HTTP ${status})` };
  if (answer.data.status === 'declined') {
    const { declineCode: acquirerCode, message } = answer.data;
    return { type: 'declined', code: ourCodeOf(acquirerCode), acquirerCode, message };
  }
  const { authorizationId, captureId, refundId, amountMinor } = answer.data;
  return {
    type: 'approved',
    reference: captureId ?? refundId ?? authorizationId ?? '',
    amountMinor: amountMinor === undefined ? null : BigInt(amountMinor),
    expiresAt: null,
  };
}

/** The sandbox speaks our own codes. */
function ourCodeOf(code: string): DeclineCode {
  return isDeclineCode(code) ? code : 'generic_decline';
}

function answerOfFailure(error: unknown): AcquirerAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  return neverConnected.includes(code) ? { type: 'not_sent', reason } : { type: 'unknown', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
