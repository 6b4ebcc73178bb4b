import { ask, silence, unaccepted, type Door, type GraphqlAnswer, type Refusable } from './graphql.ts';
import type { Answer, History, MerchantMutation } from './history.ts';

const payloads = {
  createPayment: { input: 'CreatePaymentInput', fields: '' },
  capturePayment: { input: 'CapturePaymentInput', fields: 'operation: capture { id }' },
  increaseAuthorization: { input: 'IncreaseAuthorizationInput', fields: 'operation: increase { id }' },
  voidPayment: { input: 'VoidPaymentInput', fields: '' },
  refundPayment: { input: 'RefundPaymentInput', fields: 'operation: refund { id }' },
  submitDisputeEvidence: { input: 'SubmitDisputeEvidenceInput', fields: 'operation: dispute { id }' },
} as const satisfies Record<MerchantMutation, object>;

interface Payload extends Refusable {
  readonly payment: { readonly id: string; readonly status: string } | null;
  readonly operation?: { readonly id: string } | null;
}

export interface Told {
  readonly answer: Answer;
  /** Of the payment, where it was shown. */
  readonly status: string | undefined;
}

export interface PaymentSeen {
  readonly status: string;
  readonly nextAction: { readonly redirectUrl: string } | null;
  readonly increases: readonly { readonly status: string }[];
  readonly disputes: readonly { readonly id: string; readonly status: string }[];
}

/** A merchant's server: it asks either API, and writes down what it asked and what it was told. */
export class Merchant {
  private readonly doors: readonly Door[];
  private readonly history: History;

  constructor(apiUrls: readonly string[], secretKey: string, history: History) {
    this.doors = apiUrls.map((url) => ({ url: `${url}/graphql`, key: secretKey }));
    this.history = history;
  }

  async mutate(
    api: number,
    mutation: MerchantMutation,
    key: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Told> {
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
      told = { answer: silence(fault), status: undefined };
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
    const query = `query ($id: ID!) {
      payment(id: $id) { status nextAction { redirectUrl } increases { status } disputes { id status } }
    }`;
    const answer = await this.ask<{ payment: PaymentSeen | null }>(api, query, { id }).catch(() => undefined);
    return answer?.data?.payment ?? undefined;
  }

  private async ask<Data>(api: number, query: string, variables: object): Promise<GraphqlAnswer<Data>> {
    const door = this.doors[api];
    if (door === undefined) throw new Error(`there is no API ${api}`);
    return ask(door, query, variables);
  }
}

function toldBy(answer: GraphqlAnswer<{ outcome: Payload | null }>): Told {
  const outcome = answer.data?.outcome;
  const payment = outcome?.payment ?? null;
  if (payment === null || outcome?.userErrors.length !== 0) return { answer: unaccepted(answer), status: undefined };
  const { id: paymentId, status } = payment;
  return { answer: { kind: 'accepted', paymentId, operationId: outcome.operation?.id ?? null }, status };
}
