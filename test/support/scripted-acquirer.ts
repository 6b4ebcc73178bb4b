import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ScriptedOperation = 'authorize' | 'increase' | 'capture' | 'void' | 'refund';

/** One call as it came in. */
export interface ScriptedCall {
  readonly operation: ScriptedOperation;
  /** Our attempt id. */
  readonly key: string;
  /** How often this key was sent, this time counted. */
  readonly times: number;
  readonly amountMinor: number;
  readonly reference: string;
}

/** What the acquirer did under a key, and so what it answers, whoever gets to hear it. */
type Answer = Readonly<Record<string, unknown>> & { readonly status: string };

/**
 * `silent`: the thing is done and nobody is told; `nothing`: neither. `drop_reply` and `drop_request` are the same, but the
 * connection is cut, so that nobody waits.
 */
export type Play = 'answer' | 'silent' | 'nothing' | 'drop_reply' | 'drop_request' | 'not_processed' | Answer;

/** How evidence is answered: with a status and a body, or by hanging up before (`drop`). */
export type EvidenceReply = { readonly status: number; readonly body: object } | 'drop';

export interface EvidenceCall {
  /** The acquirer's id of it. */
  readonly dispute: string;
  readonly key: string;
  readonly text: string;
}

export const scriptedSecret = 'scripted_acquirer_secret';

const prefixes = { authorize: 'auth', increase: 'incr', capture: 'capt', void: 'void', refund: 'rfnd' } as const;
const idFields = {
  authorize: 'authorizationId',
  increase: 'increaseId',
  capture: 'captureId',
  void: 'voidId',
  refund: 'refundId',
} as const;

/**
 * An acquirer over HTTP that speaks the protocol of the sandbox and plays what the test says, call by call; without a word
 * it approves. It remembers what it did under each key: the truth to compare the books with.
 */
export class ScriptedAcquirer {
  readonly calls: ScriptedCall[] = [];
  /** What was done, by key. */
  readonly done = new Map<string, { readonly operation: ScriptedOperation; readonly answer: Answer }>();
  /** Called for each operation; may take its time. */
  play: (call: ScriptedCall) => Play | Promise<Play> = () => 'answer';
  /** Whether `find` tells of what was done under the key. */
  tells: (key: string) => boolean = () => true;
  /** Every evidence that was handed in, in the order in which it came. */
  readonly evidence: EvidenceCall[] = [];
  private readonly evidenceReplies = new Map<string, EvidenceReply[]>();
  private readonly times = new Map<string, number>();
  private readonly references = new Map<string, string>();
  private readonly server: Server;
  private callbacks = 0;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<ScriptedAcquirer> {
    const acquirer = new ScriptedAcquirer();
    acquirer.server.listen(0, '127.0.0.1');
    await once(acquirer.server, 'listening');
    return acquirer;
  }

  /** What stands in front of `/authorizations`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/acquirers/alpha`;
  }

  /** One reply for each time that evidence for the dispute is handed in; afterwards it is accepted. */
  replyToEvidence(dispute: string, ...replies: readonly EvidenceReply[]): void {
    this.evidenceReplies.set(dispute, [...replies]);
  }

  /** The operations that were done for a payment, in their order. */
  doneFor(reference: string): ScriptedOperation[] {
    return [...this.done]
      .filter(([key]) => this.references.get(key) === reference)
      .map(([, { operation }]) => operation);
  }

  /** What it approved for a payment, with the amount where one was named: `capture 300`. */
  approvedFor(reference: string): string[] {
    return [...this.done].flatMap(
      ([
        key,
        {
          operation,
          answer: { status, amountMinor },
        },
      ]) => {
        if (status !== 'approved' || this.references.get(key) !== reference) return [];
        return [typeof amountMinor === 'number' ? `${operation} ${amountMinor}` : operation];
      },
    );
  }

  /** Tells of a key unasked; resolves with the HTTP status. A repetition has the same id. */
  async callBack(orchestratorUrl: string, key: string, { id }: { id?: string } = {}): Promise<number> {
    const done = this.done.get(key);
    if (done === undefined) throw new Error(`Nothing was done under ${key}.`);
    const data = { idempotencyKey: key, operation: done.operation, ...done.answer };
    return this.tell(orchestratorUrl, 'operation.decided', data, id === undefined ? {} : { id });
  }

  async tell(orchestratorUrl: string, type: string, data: object, { id }: { id?: string } = {}): Promise<number> {
    this.callbacks += 1;
    const body = JSON.stringify({ id: id ?? `cb_${this.callbacks}`, type, createdAt: new Date().toISOString(), data });
    const timestamp = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', scriptedSecret).update(`${timestamp}.${body}`).digest('hex');
    const response = await fetch(`${orchestratorUrl}/acquirers/alpha/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sandbox-signature': `t=${timestamp},v1=${signature}` },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, key] = [request.url ?? '', String(request.headers['idempotency-key'])];
    if (request.method === 'GET') {
      const done = this.tells(key) ? this.done.get(key) : undefined;
      if (done === undefined) reply(response, 404, { status: 'not_found' });
      else reply(response, 200, { operation: done.operation, ...done.answer });
      return;
    }
    const body = JSON.parse(await textOf(request)) as { amountMinor?: number; reference?: string; text?: string };
    if (path.endsWith('/evidence')) return this.takeEvidence(path, key, String(body.text), response);
    const [authorizationId, verb] = path.split('/').slice(-2);
    const operation = path.endsWith('/authorizations') ? 'authorize' : (verb?.slice(0, -1) as ScriptedOperation);
    const times = (this.times.get(key) ?? 0) + 1;
    this.times.set(key, times);
    const reference = body.reference ?? this.references.get(authorizationId ?? '') ?? '';
    const call = { operation, key, times, amountMinor: body.amountMinor ?? 0, reference };
    this.calls.push(call);
    const known = this.done.get(key);
    const play = known === undefined ? await this.play(call) : 'answer';
    if (play === 'not_processed') reply(response, 503, { error: { code: 'not_processed', message: 'not now' } });
    if (play === 'drop_request') response.destroy();
    if (play === 'not_processed' || play === 'nothing' || play === 'drop_request') return;
    const answer = known?.answer ?? this.do(call, typeof play === 'object' ? play : undefined);
    if (play === 'drop_reply') response.destroy();
    else if (play !== 'silent') reply(response, 200, answer);
  }

  private takeEvidence(path: string, key: string, text: string, response: ServerResponse): void {
    const dispute = decodeURIComponent(path.split('/').at(-2) ?? '');
    this.evidence.push({ dispute, key, text });
    const accepted = { status: 200, body: { status: 'approved', disputeId: dispute } };
    const answer = this.evidenceReplies.get(dispute)?.shift() ?? accepted;
    if (answer === 'drop') response.destroy();
    else reply(response, answer.status, answer.body);
  }

  private do(call: ScriptedCall, scripted: Answer | undefined): Answer {
    const id = `${prefixes[call.operation]}_${call.key}`;
    const approval = { status: 'approved', [idFields[call.operation]]: id, amountMinor: call.amountMinor };
    const answer: Answer = scripted ?? (call.operation === 'void' ? { status: 'approved', voidId: id } : approval);
    this.done.set(call.key, { operation: call.operation, answer });
    this.references.set(call.key, call.reference);
    this.references.set(id, call.reference);
    return answer;
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text === '' ? '{}' : text;
}
