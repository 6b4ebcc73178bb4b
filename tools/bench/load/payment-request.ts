import { randomUUID } from 'node:crypto';

/** What is asked of the API and of its peers alike: what a checkout needs to go on. */
const mutation = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) { payment { id status } userErrors { message } }
}`;

const document = JSON.stringify(mutation);

/** One payment of 10.99 EUR by tok_visa, with a key and a reference of its own. */
export function paymentRequest(awaitOutcomeMs: number): string {
  const unique = randomUUID();
  return (
    `{"query":${document},"variables":{"input":{"idempotencyKey":"${unique}","reference":"${unique}",` +
    `"amount":{"minor":1099,"currency":"EUR"},"source":{"cardToken":"tok_visa"},"awaitOutcomeMs":${awaitOutcomeMs}}}}`
  );
}

/** Errors: anything but an accepted payment, and with `status` anything but that status. */
export function requireAccepted(answer: string, status?: string): void {
  const accepted = answer.includes('"userErrors":[]') && !answer.includes('"payment":null');
  if (accepted && (status === undefined || answer.includes(`"status":"${status}"`))) return;
  throw new Error(`Not ${status ?? 'accepted'}: ${answer.slice(0, 800)}`);
}
