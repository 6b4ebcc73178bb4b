import { until } from '../processes/until.ts';
import { wanted } from './demo-merchant.ts';
import {
  createPaymentDocument,
  findPaymentsDocument,
  readPaymentDocument,
  type CreatePaymentAnswer,
  type FindPaymentsAnswer,
  type ReadPaymentAnswer,
  type SamplePayment,
} from './documents.ts';
import { ask, type GraphqlEndpoint } from './graphql-client.ts';

const reference = 'first-order';

/** Capture, one cut-off of 5 s and the way back take less than ten; the rest is for a machine that still warms up. */
const settledMs = 60_000;

/** The one payment that every start shows: taken at the first, found again at the others. */
export async function takeSamplePayment(merchant: GraphqlEndpoint): Promise<string> {
  const { payments } = await ask<FindPaymentsAnswer>(merchant, findPaymentsDocument, { reference });
  const [earlier] = payments.nodes;
  if (earlier !== undefined) return earlier.id;
  const { createPayment } = await ask<CreatePaymentAnswer>(merchant, createPaymentDocument, {
    input: {
      idempotencyKey: `demo-${reference}`,
      reference,
      amount: { minor: 1099, currency: 'EUR' },
      source: { cardToken: 'tok_visa' },
      awaitOutcomeMs: 10_000,
    },
  });
  return wanted(createPayment.payment, createPayment.userErrors).id;
}

/** The payment when its money is settled, or as it stands when that takes too long. */
export async function waitUntilSettled(
  merchant: GraphqlEndpoint,
  paymentId: string,
  signal: AbortSignal,
): Promise<SamplePayment> {
  const read = async (): Promise<SamplePayment> => {
    const { payment } = await ask<ReadPaymentAnswer>(merchant, readPaymentDocument, { id: paymentId });
    if (payment === null) throw new Error(`${paymentId} is not there`);
    return payment;
  };
  try {
    return await until(async () => settledOnly(await read()), {
      what: `${paymentId} to be settled`,
      deadlineMs: settledMs,
      everyMs: 200,
      signal,
    });
  } catch (fault) {
    signal.throwIfAborted();
    const payment = await read().catch(() => undefined);
    if (payment === undefined) throw fault;
    return payment;
  }
}

export function isSettled(payment: SamplePayment): boolean {
  return payment.settlement?.status === 'SETTLED';
}

function settledOnly(payment: SamplePayment): SamplePayment | undefined {
  return isSettled(payment) ? payment : undefined;
}
