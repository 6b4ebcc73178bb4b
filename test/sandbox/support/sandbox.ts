import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import { startSandbox } from '../../../apps/sandbox/src/sandbox.application.ts';
import { SandboxConfig } from '../../../apps/sandbox/src/sandbox.config.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ManualClock } from './manual-clock.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The text as JSON; undefined where it is none. */
  readonly body: unknown;
}

interface Call {
  readonly acquirer?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export interface Authorization extends Call {
  readonly cardToken: string;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly reference?: string;
  readonly returnUrl?: string;
}

export const notProcessed = { status: 503, body: { error: { code: 'not_processed' } } };
export const notFound = { status: 404, body: { status: 'not_found' } };

/** The real application over real HTTP, and a caller that speaks the acquirer's contract. */
export class Sandbox {
  private constructor(
    readonly application: NestFastifyApplication,
    readonly clock: ManualClock,
    private readonly url: string,
  ) {}

  static async start(database: TestDatabase, environment: Record<string, string> = {}): Promise<Sandbox> {
    const config = SandboxConfig.fromEnvironment({
      DATABASE_URL: database.urlFor('sandbox'),
      PORT: '0',
      LOG_LEVEL: 'silent',
      NODE_ENV: 'test',
      SANDBOX_TEMPERAMENT: 'even',
      ...environment,
    });
    const clock = new ManualClock();
    const application = await startSandbox(config, clock);
    return new Sandbox(application, clock, await application.getUrl());
  }

  stop(): Promise<void> {
    return this.application.close();
  }

  authorize({ acquirer, key, signal, ...asked }: Authorization): Promise<HttpAnswer> {
    const body = { amountMinor: 1_099, currency: 'EUR', reference: randomUUID(), ...asked };
    return this.operate('authorizations', body, { acquirer, key, signal });
  }

  capture(authorizationId: string, amountMinor: number, call: Call & { final?: boolean } = {}): Promise<HttpAnswer> {
    return this.operate(`authorizations/${authorizationId}/captures`, { amountMinor, final: call.final ?? true }, call);
  }

  increase(authorizationId: string, amountMinor: number, call: Call = {}): Promise<HttpAnswer> {
    return this.operate(`authorizations/${authorizationId}/increases`, { amountMinor }, call);
  }

  void(authorizationId: string, call: Call = {}): Promise<HttpAnswer> {
    return this.operate(`authorizations/${authorizationId}/voids`, {}, call);
  }

  refund(authorizationId: string, amountMinor: number, call: Call = {}): Promise<HttpAnswer> {
    return this.operate(`authorizations/${authorizationId}/refunds`, { amountMinor }, call);
  }

  submitEvidence(disputeId: string, text: string, call: Call = {}): Promise<HttpAnswer> {
    return this.operate(`disputes/${disputeId}/evidence`, { text }, call);
  }

  /** What a browser does with the challenge's page, without following where it leads. */
  async browse(url: string, decision?: string): Promise<Response> {
    const form = decision === undefined ? {} : { method: 'POST', body: new URLSearchParams({ decision }) };
    return fetch(new URL(url, this.url), { redirect: 'manual', ...form });
  }

  find(key: string, { acquirer = 'alpha', signal }: Call = {}): Promise<HttpAnswer> {
    return this.request('GET', `/acquirers/${acquirer}/operations/${key}`, { signal });
  }

  control(change: object, acquirer = 'alpha'): Promise<HttpAnswer> {
    return this.request('POST', `/control/acquirers/${acquirer}`, { body: JSON.stringify(change) });
  }

  resetControls(acquirer = 'alpha'): Promise<HttpAnswer> {
    return this.request('DELETE', `/control/acquirers/${acquirer}`, {});
  }

  get(path: string): Promise<HttpAnswer> {
    return this.request('GET', path, {});
  }

  /** The truth about a key that was used at one acquirer. */
  async truth(key: string): Promise<unknown> {
    const { body } = await this.get(`/truth?key=${key}`);
    return fieldOf(fieldOf(body, 'operations'), '0');
  }

  /** An authorization that was approved, by its id. */
  async authorized(cardToken: string, fields: Omit<Authorization, 'cardToken'> = {}): Promise<string> {
    return idOf(await this.authorize({ cardToken, ...fields }), 'authorizationId');
  }

  /** An authorization of which everything was captured, by its id. */
  async captured(cardToken: string, amountMinor = 1_099): Promise<string> {
    const authorizationId = await this.authorized(cardToken, { amountMinor });
    idOf(await this.capture(authorizationId, amountMinor), 'captureId');
    return authorizationId;
  }

  private operate(
    path: string,
    body: object,
    { acquirer = 'alpha', key = randomUUID(), signal }: Call,
  ): Promise<HttpAnswer> {
    return this.request('POST', `/acquirers/${acquirer}/${path}`, { key, signal, body: JSON.stringify(body) });
  }

  async request(
    method: string,
    path: string,
    { key, body, signal }: { key?: string; body?: string; signal?: AbortSignal },
  ): Promise<HttpAnswer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body ?? null,
      signal: signal ?? null,
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type') ?? '', text, body: jsonOf(text) };
  }
}

/** The id that an approval names; anything else fails the test that needed it. */
export function idOf(answer: HttpAnswer, name: 'authorizationId' | 'captureId' | 'refundId' | 'redirectUrl'): string {
  const id = fieldOf(answer.body, name);
  if (typeof id !== 'string') throw new Error(`No ${name} in ${answer.status} ${answer.text}`);
  return id;
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
