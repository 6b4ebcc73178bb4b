import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import type { Demo } from '../demo/demo-file.ts';

const mutation = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { payment { id status } userErrors { message } }
}`;

export interface LoadOptions {
  readonly connections: number;
  /** Either so many payments, or as many as fit into so many seconds. */
  readonly amount?: number;
  readonly seconds?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly answered: number;
}

/** As many as can be: each connection sends as soon as it is answered. Payments by tok_visa that do not wait for their outcome, each with a key and a reference of its own. */
export async function createPayments(demo: Demo, { connections, amount, seconds }: LoadOptions): Promise<LoadResult> {
  const result = await autocannon({
    url: demo.graphqlUrl,
    connections,
    ...(amount === undefined ? {} : { amount }),
    ...(seconds === undefined ? {} : { duration: seconds }),
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.secretKey}` },
    requests: [{ setupRequest: (request) => ({ ...request, body: bodyOf(randomUUID(), 0) }) }],
    verifyBody: (body) => typeof body === 'string' && body.includes('"userErrors":[]'),
  });
  const wrong = result.errors + result.non2xx + result.mismatches;
  if (wrong > 0) throw new Error(`${wrong} of ${result.requests.total} answers were not an accepted payment.`);
  return {
    perSecond: result.requests.average,
    latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
    answered: result.requests.total,
  };
}

/** The GraphQL request of one payment of 10.99 EUR. */
export function bodyOf(unique: string, awaitOutcomeMs: number): string {
  const input = {
    idempotencyKey: unique,
    reference: unique,
    amount: { minor: 1_099, currency: 'EUR' },
    source: { cardToken: 'tok_visa' },
    awaitOutcomeMs,
  };
  return JSON.stringify({ query: mutation, variables: { input } });
}
