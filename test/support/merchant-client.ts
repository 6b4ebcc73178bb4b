import { randomUUID } from 'node:crypto';

export interface MoneyView {
  readonly minor: number;
  readonly currency: string;
}

export interface PaymentView {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly allowedActions: readonly string[];
  readonly amount: MoneyView;
  readonly authorized: MoneyView;
  readonly captured: MoneyView;
  readonly refunded: MoneyView;
  readonly decline: { code: string; message: string; retryable: boolean; source: string } | null;
  readonly attempts: readonly {
    number: number;
    acquirer: string;
    operation: string;
    outcome: string;
    declineCode: string | null;
    routedBecause: string;
  }[];
  readonly captures: readonly { id: string; status: string; amount: MoneyView; final: boolean }[];
  readonly refunds: readonly { id: string; status: string; amount: MoneyView; reason: string | null }[];
  readonly nextAction: { redirectUrl: string } | null;
  readonly disputes: readonly { id: string; status: string; amount: MoneyView }[];
  readonly risk: { decision: string; score: number; reasons: readonly string[] } | null;
  readonly settlement: { status: string; batchId: string | null; net: MoneyView | null; fee: MoneyView | null } | null;
  readonly timeline: readonly { at: string; kind: string; summary: string; details: object }[];
}

export interface UserErrorView {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly docsUrl: string;
  readonly currentStatus?: string;
  readonly allowedActions?: readonly string[];
  readonly available?: MoneyView;
  readonly firstSeenAt?: string;
}

export interface MutationView {
  readonly payment: PaymentView | null;
  readonly userErrors: readonly UserErrorView[];
  readonly replayed: boolean | undefined;
}

export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
  readonly extensions?: { readonly idempotency?: { readonly replayed: boolean } };
}

const money = '{ minor currency }';

const paymentFields = `
  id reference status allowedActions
  amount ${money} authorized ${money} captured ${money} refunded ${money}
  decline { code message retryable source }
  attempts { number acquirer operation outcome declineCode routedBecause }
  captures { id status amount ${money} final }
  refunds { id status amount ${money} reason }
  nextAction { redirectUrl }
  disputes { id status amount ${money} }
  risk { decision score reasons }
  settlement { status batchId net ${money} fee ${money} }
  timeline { at kind summary details }`;

const userErrorFields = `
  __typename code message path docsUrl
  ... on InvalidStateError { currentStatus allowedActions }
  ... on AmountExceededError { available ${money} }
  ... on IdempotencyConflictError { firstSeenAt }`;

const inputTypes = {
  createPayment: 'CreatePaymentInput',
  capturePayment: 'CapturePaymentInput',
  voidPayment: 'VoidPaymentInput',
  refundPayment: 'RefundPaymentInput',
  increaseAuthorization: 'IncreaseAuthorizationInput',
  submitDisputeEvidence: 'SubmitDisputeEvidenceInput',
} as const;

/** A merchant's own program, as far as the tests need one: plain GraphQL over HTTP, no code of the services. */
export class MerchantClient {
  private readonly graphqlUrl: string;
  private readonly secretKey: string;

  constructor({ graphqlUrl, secretKey }: { readonly graphqlUrl: string; readonly secretKey: string }) {
    this.graphqlUrl = graphqlUrl;
    this.secretKey = secretKey;
  }

  async ask<Data>(query: string, variables: object = {}): Promise<GraphqlAnswer<Data>> {
    const response = await fetch(this.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.secretKey}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlAnswer<Data>;
  }

  /** Makes a payment of 10.99 EUR by tok_visa with a key and a reference of its own, unless the input says otherwise. */
  create(input: { readonly cardToken?: string } & Readonly<Record<string, unknown>> = {}): Promise<MutationView> {
    const { cardToken = 'tok_visa', ...others } = input;
    return this.mutate('createPayment', {
      idempotencyKey: randomUUID(),
      reference: randomUUID(),
      amount: { minor: 1_099, currency: 'EUR' },
      source: { cardToken },
      ...others,
    });
  }

  capture(paymentId: string, input: Readonly<Record<string, unknown>> = {}): Promise<MutationView> {
    return this.mutate('capturePayment', { idempotencyKey: randomUUID(), paymentId, ...input });
  }

  void(paymentId: string, input: Readonly<Record<string, unknown>> = {}): Promise<MutationView> {
    return this.mutate('voidPayment', { idempotencyKey: randomUUID(), paymentId, ...input });
  }

  refund(paymentId: string, input: Readonly<Record<string, unknown>> = {}): Promise<MutationView> {
    return this.mutate('refundPayment', { idempotencyKey: randomUUID(), paymentId, ...input });
  }

  increase(paymentId: string, minor: number): Promise<MutationView> {
    const amount = { minor, currency: 'EUR' };
    return this.mutate('increaseAuthorization', { idempotencyKey: randomUUID(), paymentId, amount });
  }

  submitEvidence(disputeId: string, text: string): Promise<MutationView> {
    return this.mutate('submitDisputeEvidence', { idempotencyKey: randomUUID(), disputeId, text });
  }

  async payment(id: string): Promise<PaymentView | null> {
    const answer = await this.ask<{ payment: PaymentView | null }>(
      `query ($id: ID!) { payment(id: $id) { ${paymentFields} } }`,
      { id },
    );
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return answer.data?.payment ?? null;
  }

  private async mutate(mutation: keyof typeof inputTypes, input: object): Promise<MutationView> {
    const answer = await this.ask<{ outcome: Omit<MutationView, 'replayed'> | null }>(
      `mutation ($input: ${inputTypes[mutation]}!) {
        outcome: ${mutation}(input: $input) { payment { ${paymentFields} } userErrors { ${userErrorFields} } }
      }`,
      { input },
    );
    if (answer.data?.outcome === undefined || answer.data.outcome === null)
      throw new Error(JSON.stringify(answer.errors));
    return { ...answer.data.outcome, replayed: answer.extensions?.idempotency?.replayed };
  }
}
