import { AsyncLocalStorage } from 'node:async_hooks';
import type { Stripe } from 'stripe';
import { Pool, type Dispatcher } from 'undici';
import { neverConnected } from '../never-connected.ts';

/** Connections to Stripe, and so how many calls are made side by side. */
const connectionsMax = 64;
const connectTimeoutMs = 2_000;

/**
 * A call that broke off. It carries no error code on purpose: the package repeats a call once by itself when it reads
 * ECONNRESET or EPIPE, even with its retries switched off, and repeating is ours.
 */
export class StripeCallBroken extends Error {
  /** Whether the connection was never made, so that nothing can have been asked. */
  readonly neverConnected: boolean;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.neverConnected = neverConnected(cause);
  }
}

/** How the package reaches Stripe: our pool of connections, and calls that end when their time is up. */
export class StripeConnection implements Stripe.HttpClient {
  private readonly pool: Pool;
  private readonly patience = new AsyncLocalStorage<AbortSignal>();

  constructor(origin: string) {
    this.pool = new Pool(origin, {
      connections: connectionsMax,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Every request that the story makes ends with the signal. The package has no parameter for one. */
  within<T>(signal: AbortSignal, story: () => Promise<T>): Promise<T> {
    return this.patience.run(signal, story);
  }

  getClientName(): string {
    return 'undici';
  }

  async makeRequest(
    _host: string,
    _port: string,
    path: string,
    method: Dispatcher.HttpMethod,
    headers: Record<string, string | number | string[]>,
    requestData: string,
  ): Promise<StripeReply> {
    try {
      const response = await this.pool.request({
        method,
        path,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        body: requestData === '' ? null : requestData,
        signal: this.patience.getStore() ?? null,
      });
      return new StripeReply(response.statusCode, response.headers, await response.body.text());
    } catch (error) {
      throw new StripeCallBroken(error);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** An answer that was read to its end. */
class StripeReply implements Stripe.HttpClientResponse {
  private readonly status: number;
  private readonly headers: Record<string, string | string[] | undefined>;
  private readonly text: string;

  constructor(status: number, headers: Record<string, string | string[] | undefined>, text: string) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  getStatusCode(): number {
    return this.status;
  }

  getHeaders(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.headers).map(([name, value]) => [name, String(value)]));
  }

  /** What the package hangs its notes about the answer on. */
  getRawResponse(): object {
    return {};
  }

  toStream(): never {
    throw new Error('nothing that we ask of Stripe is answered by a stream');
  }

  toJSON(): Promise<unknown> {
    return Promise.resolve(this.text).then((text) => JSON.parse(text) as unknown);
  }
}
