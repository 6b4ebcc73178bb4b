import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { updateDispute } from './disputes.ts';
import { StandInError } from './errors.ts';
import { faultAnswers, Faults, type FaultKind } from './faults.ts';
import { readForm, type Form } from './form.ts';
import { Ledger } from './ledger.ts';
import { listIntents, listRefunds, searchIntents } from './lists.ts';
import type { EventBody } from './objects.ts';
import { PaymentIntents } from './payment-intents.ts';
import { createRefund } from './refunds.ts';

export interface StandInOptions {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** How far search is behind. */
  readonly searchDelayMs: number;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Kept {
  readonly fingerprint: string;
  readonly reply: Reply;
}

/** These were refused at the door, before anything began; their key is as free as before. */
const turnedAway = [401, 409, 429];

/** The part of Stripe's API that the connector uses, over real HTTP. What it did is kept in memory. */
export class StripeStandIn {
  readonly ledger = new Ledger();
  readonly faults = new Faults();
  /** Calls that came in, as `POST /v1/refunds`. */
  readonly calls: string[] = [];
  private readonly intents = new PaymentIntents(this.ledger, () => this.url);
  private readonly kept = new Map<string, Kept>();
  private readonly server: Server;

  private constructor(private readonly options: StandInOptions) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: StandInOptions): Promise<StripeStandIn> {
    const standIn = new StripeStandIn(options);
    standIn.server.listen(0, '127.0.0.1');
    await once(standIn.server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Stripe forgets keys after a day. */
  forgetKeys(): void {
    this.kept.clear();
  }

  decideChallenge(redirectUrl: string, accepted: boolean): void {
    this.intents.decideChallenge(new URL(redirectUrl).pathname.split('/').at(-1) ?? '', accepted);
  }

  /** The time of a hold is up. */
  expire(intentId: string): void {
    this.intents.cancel(intentId, 'automatic');
  }

  /** An event as it is posted, signed with the secret of the endpoint. */
  callbackOf(event: EventBody, secret = this.options.webhookSecret): { body: Buffer; headers: Record<string, string> } {
    const body = Buffer.from(JSON.stringify(event));
    const at = this.ledger.now();
    const signature = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
    return { body, headers: { 'stripe-signature': `t=${at},v1=${signature}`, 'content-type': 'application/json' } };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const call = `${request.method} ${pathname}`;
    this.calls.push(call);
    const fault = this.faults.next(call);
    if (fault !== undefined && !fault.endsWith('_done')) {
      this.fail(fault, response);
      return;
    }
    const form = readForm(request.method === 'GET' ? searchParams.toString() : body);
    const reply = this.answer(request, call, pathname, body, form);
    if (fault !== undefined) this.fail(fault, response);
    else send(response, reply.reply, reply.replayed);
  }

  private answer(
    request: IncomingMessage,
    call: string,
    pathname: string,
    body: string,
    form: Form,
  ): { reply: Reply; replayed: boolean } {
    if (request.headers.authorization !== `Bearer ${this.options.secretKey}`) {
      return { reply: { status: 401, body: { error: faultAnswers.no_key?.error } }, replayed: false };
    }
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || typeof key !== 'string') {
      return { reply: this.perform(call, pathname, form), replayed: false };
    }
    const fingerprint = `${call}\n${body}`;
    const before = this.kept.get(key);
    if (before !== undefined && before.fingerprint !== fingerprint) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with.';
      return { reply: { status: 400, body: { error: { type: 'idempotency_error', message } } }, replayed: false };
    }
    if (before !== undefined) return { reply: before.reply, replayed: true };
    const reply = this.perform(call, pathname, form);
    if (!turnedAway.includes(reply.status)) this.kept.set(key, { fingerprint, reply });
    return { reply, replayed: false };
  }

  private perform(call: string, pathname: string, form: Form): Reply {
    try {
      // As it stands now: what is answered later by the key is what was said then.
      return { status: 200, body: structuredClone(expanded(this.ledger, this.route(call, pathname, form), form)) };
    } catch (error) {
      if (!(error instanceof StandInError)) throw error;
      return { status: error.status, body: structuredClone({ error: error.body }) };
    }
  }

  private route(call: string, pathname: string, form: Form): unknown {
    const id = /\/((?:pi|dp)_\w+)/.exec(pathname)?.[1] ?? '';
    switch (id === '' ? call : call.replace(id, ':id')) {
      case 'POST /v1/payment_intents':
        return this.intents.create(form);
      case 'GET /v1/payment_intents':
        return listIntents(this.ledger, form);
      case 'GET /v1/payment_intents/search':
        return searchIntents(this.ledger, form, this.options.searchDelayMs);
      case 'GET /v1/payment_intents/:id':
        return this.ledger.intent(id);
      case 'POST /v1/payment_intents/:id':
        return this.intents.update(id, form);
      case 'POST /v1/payment_intents/:id/capture':
        return this.intents.capture(id, form);
      case 'POST /v1/payment_intents/:id/cancel':
        return this.intents.cancel(id);
      case 'POST /v1/payment_intents/:id/increment_authorization':
        return this.intents.increment(id, form);
      case 'POST /v1/refunds':
        return createRefund(this.ledger, form);
      case 'GET /v1/refunds':
        return listRefunds(this.ledger, form);
      case 'POST /v1/disputes/:id':
        return updateDispute(this.ledger, id, form);
      default: {
        const message = `Unrecognized request URL (${call}).`;
        throw new StandInError(404, { type: 'invalid_request_error', message });
      }
    }
  }

  private fail(fault: FaultKind, response: ServerResponse): void {
    const answer = faultAnswers[fault];
    if (answer !== undefined) send(response, { status: answer.status, body: { error: answer.error } }, false);
    else if (fault.startsWith('drop')) response.destroy();
    else if (fault === 'garbage_done') response.end('<html>Bad Gateway');
    else if (fault === 'foreign_done') send(response, { status: 200, body: { status: 'approved' } }, false);
    // What hangs is left as it is until the caller goes away.
  }
}

function send(response: ServerResponse, { status, body }: Reply, replayed: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': 'req_stand_in',
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  });
  response.end(JSON.stringify(body));
}

/** `latest_charge` and `data.latest_charge` are all that is ever asked for. */
function expanded(ledger: Ledger, answer: unknown, form: Form): unknown {
  const asked = typeof form['expand'] === 'object' ? Object.values(form['expand']) : [];
  if (!asked.some((path) => typeof path === 'string' && path.endsWith('latest_charge'))) return answer;
  const withCharge = (object: object): object => {
    const charge = 'latest_charge' in object ? ledger.charges.get(String(object.latest_charge)) : undefined;
    return charge === undefined ? object : { ...object, latest_charge: charge };
  };
  if (typeof answer !== 'object' || answer === null) return answer;
  if ('data' in answer && Array.isArray(answer.data)) return { ...answer, data: answer.data.map(withCharge) };
  return withCharge(answer);
}
