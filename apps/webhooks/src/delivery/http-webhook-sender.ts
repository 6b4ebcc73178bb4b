import { isIP } from 'node:net';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent, request, type Dispatcher } from 'undici';
import { TargetRefused, type TargetGuard } from './target-guard.ts';
import type { WebhookReply, WebhookRequest, WebhookSender } from './webhook-sender.ts';

/** Nobody needs what receivers write beside the status; so much is read for the sake of the connection, then it is cut. */
const bodyBytesMax = 64 * 1024;
/** Enough for a burst. Receivers close idle connections when they please, and a request that meets the close has failed. */
const keepAliveMs = 1_000;

/** Sends over HTTP, to targets that the guard lets through. */
export class HttpWebhookSender implements WebhookSender, OnApplicationShutdown {
  private readonly guard: TargetGuard;
  private readonly timeoutMs: number;
  private readonly agent: Agent;

  constructor(guard: TargetGuard, options: { readonly timeoutMs: number }) {
    this.guard = guard;
    this.timeoutMs = options.timeoutMs;
    this.agent = new Agent({
      connect: { lookup: guard.lookup },
      // Deliveries to one endpoint are few and independent; a stream reset must not take its neighbours along.
      allowH2: false,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
    });
  }

  async send(webhook: WebhookRequest, callOff: AbortSignal): Promise<WebhookReply> {
    const inTime = AbortSignal.timeout(this.timeoutMs);
    try {
      return await this.exchange(webhook, AbortSignal.any([inTime, callOff]));
    } catch (error) {
      if (callOff.aborted) return { kind: 'called_off' };
      if (inTime.aborted) return { kind: 'unanswered', error: `no answer within ${this.timeoutMs} ms` };
      return { kind: 'unanswered', error: inWords(error) };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private async exchange({ url, headers, body }: WebhookRequest, signal: AbortSignal): Promise<WebhookReply> {
    const { hostname } = new URL(url);
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) await this.guard.addressesOf(hostname);
    const response = await request(url, {
      method: 'POST',
      dispatcher: this.agent,
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Quittance-Webhooks/1' },
      body,
      signal,
    });
    // The status is the answer; whatever becomes of the rest does not change it.
    await response.body.dump({ limit: bodyBytesMax, signal }).catch(() => undefined);
    return { kind: 'answered', status: response.statusCode, retryAfter: retryAfterOf(response) };
  }
}

function retryAfterOf({ headers }: Dispatcher.ResponseData): string | null {
  const value = headers['retry-after'];
  return typeof value === 'string' ? value : null;
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  EHOSTUNREACH: 'the host is not reachable',
  ENETUNREACH: 'the host is not reachable',
  ETIMEDOUT: 'no connection in time',
};

/** For merchants: says what they can act on, and nothing about addresses on our side. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error instanceof TargetRefused) return error.message;
  // Trying several addresses fails with all of their errors; the first is as good as any.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO_VERIFY/.test(code)) return `the certificate was not accepted (${code})`;
  return words[code] ?? `the request failed${code === '' ? '' : ` (${code})`}`;
}
