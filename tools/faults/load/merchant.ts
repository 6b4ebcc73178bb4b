import type { Answer, History, Mutation } from './history.ts';

/** Above the longest wait that is asked for: a client has to give up some time, too. */
const patienceMs = 8_000;

const payloads = {
  createPayment: { input: 'CreatePaymentInput', fields: '' },
  capturePayment: { input: 'CapturePaymentInput', fields: 'operation: capture { id }' },
  voidPayment: { input: 'VoidPaymentInput', fields: '' },
  refundPayment: { input: 'RefundPaymentInput', fields: 'operation: refund { id }' },
} as const satisfies Record<Mutation, object>;

interface Payload {
  readonly payment: { readonly id: string; readonly status: string } | null;
  readonly operation?: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly idempotency?: { readonly replayed: boolean } };
}

export interface Told {
  readonly answer: Answer;
  /** Of the payment, where it was shown. */
  readonly status: string | undefined;
}

export interface PaymentSeen {
  readonly status: string;
  readonly nextAction: { readonly redirectUrl: string } | null;
}

/** A merchant's server: it asks either API, and writes down what it asked and what it was told. */
export class Merchant {
  private readonly apiUrls: readonly string[];
  private readonly secretKey: string;
  private readonly history: History;

  constructor(apiUrls: readonly string[], secretKey: string, history: History) {
    this.apiUrls = apiUrls;
    this.secretKey = secretKey;
    this.history = history;
  }

  async mutate(api: number, mutation: Mutation, key: string, input: Readonly<Record<string, unknown>>): Promise<Told> {
    const { input: inputType, fields } = payloads[mutation];
    const query = `mutation ($input: ${inputType}!) {
      outcome: ${mutation}(input: $input) { payment { id status } ${fields} userErrors { code message } }
    }`;
    const askedAt = Date.now();
    let told: Told;
    let replayed = false;
    try {
      const answer = await this.ask<{ outcome: Payload | null }>(api, query, {
        input: { ...input, idempotencyKey: key },
      });
      told = toldBy(answer);
      replayed = answer.extensions?.idempotency?.replayed ?? false;
    } catch (fault) {
      told = { answer: { kind: 'unknown', because: reasonOf(fault) }, status: undefined };
    }
    this.history.add({ askedAt, answeredAt: Date.now(), api, mutation, key, input, answer: told.answer, replayed });
    return told;
  }

  /** Has everything told to this address; gives the secret that it is signed with. */
  async openWebhookEndpoint(url: string): Promise<string> {
    const answer = await this.ask<{ outcome: { signingSecret: string | null } }>(
      0,
      'mutation ($url: String!) { outcome: createWebhookEndpoint(input: { url: $url }) { signingSecret } }',
      { url },
    );
    const secret = answer.data?.outcome.signingSecret;
    if (typeof secret !== 'string') throw new Error(`no webhook endpoint: ${JSON.stringify(answer)}`);
    return secret;
  }

  /** Undefined when it cannot be told now. */
  async payment(api: number, id: string): Promise<PaymentSeen | undefined> {
    const query = 'query ($id: ID!) { payment(id: $id) { status nextAction { redirectUrl } } }';
    const answer = await this.ask<{ payment: PaymentSeen | null }>(api, query, { id }).catch(() => undefined);
    return answer?.data?.payment ?? undefined;
  }

  private async ask<Data>(api: number, query: string, variables: object): Promise<GraphqlAnswer<Data>> {
    const response = await fetch(`${this.apiUrls[api]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.secretKey}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patienceMs),
    });
    return (await response.json()) as GraphqlAnswer<Data>;
  }
}

function toldBy(answer: GraphqlAnswer<{ outcome: Payload | null }>): Told {
  const outcome = answer.data?.outcome;
  if (outcome === undefined || outcome === null) {
    const code = answer.errors?.[0]?.extensions?.code ?? 'no data';
    const message = answer.errors?.[0]?.message ?? '';
    const unclear: Answer = { kind: 'unknown', because: `${code}: ${message}` };
    return { answer: code === 'OVERLOADED' ? { kind: 'turned_away' } : unclear, status: undefined };
  }
  const [refusal] = outcome.userErrors;
  if (refusal !== undefined) {
    return { answer: { kind: 'refused', code: refusal.code, message: refusal.message }, status: undefined };
  }
  if (outcome.payment === null)
    return { answer: { kind: 'unknown', because: 'neither payment nor refusal' }, status: undefined };
  const { id: paymentId, status } = outcome.payment;
  return { answer: { kind: 'accepted', paymentId, operationId: outcome.operation?.id ?? null }, status };
}

function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const { cause } = fault;
  return cause instanceof Error && 'code' in cause ? `${fault.message}: ${String(cause.code)}` : fault.message;
}
