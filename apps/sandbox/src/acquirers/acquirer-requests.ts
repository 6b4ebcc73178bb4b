import { z } from 'zod';
import { acquirerNames } from '../operations/operation.ts';
import type { AcquirerName } from '../operations/operation.ts';
import { Refusal } from '../operations/refusal.ts';
import { isTestToken } from '../tokens/test-tokens.ts';
import type { TestToken } from '../tokens/test-tokens.ts';

/** Beyond 2^53 − 1 a JSON integer is another amount at the receiver. */
const amountMinor = z.int().positive().max(Number.MAX_SAFE_INTEGER);
const referenceLengthMax = 255;
/** As long as browsers and proxies take for granted. */
const returnUrlLengthMax = 2_048;
/** Four pages of text. */
const evidenceLengthMax = 8_000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

export const authorizeBody = z.strictObject({
  cardToken: z.string(),
  amountMinor,
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
  reference: z.string().min(1).max(referenceLengthMax),
  returnUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .max(returnUrlLengthMax)
    .optional(),
});
export const increaseBody = z.strictObject({ amountMinor });
export const captureBody = z.strictObject({ amountMinor, final: z.boolean() });
export const voidBody = z.strictObject({}).optional();
export const refundBody = z.strictObject({ amountMinor });
export const evidenceBody = z.strictObject({ text: z.string().min(1).max(evidenceLengthMax) });

/** @throws {Refusal} `invalid_request`, naming the first field that is wrong. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.');
  throw new Refusal('invalid_request', field ? `${field}: ${issue?.message}` : `${issue?.message}`);
}

export function parseAcquirer(name: string): AcquirerName {
  const acquirer = acquirerNames.find((known) => known === name);
  if (acquirer === undefined) {
    throw new Refusal('unknown_acquirer', `The acquirers are ${acquirerNames.join(', ')}.`);
  }
  return acquirer;
}

export function parseKey(key: string | undefined): string {
  if (key === undefined || !keyPattern.test(key)) {
    throw new Refusal('invalid_request', 'Idempotency-Key: 1 to 255 printable ASCII characters without spaces.');
  }
  return key;
}

export function parseToken(token: string): TestToken {
  if (!isTestToken(token)) {
    throw new Refusal('unknown_token', `${JSON.stringify(token)} is not a test token; docs/sandbox.md lists them.`);
  }
  return token;
}
