import { createHmac, timingSafeEqual } from 'node:crypto';

/** `t=<unix seconds>,v1=<HMAC-SHA256 in hexadecimal>`. */
export const signatureHeader = 'sandbox-signature';
const signaturePattern = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** Wide enough for a skewed clock, narrow enough to make a recorded callback worthless. */
const toleranceSeconds = 300;

/** Whether whoever holds the secret has signed these very bytes within the last five minutes. Takes equally long for every signature. */
export function isSignedCallback(body: Buffer, signature: string | undefined, secret: string, now: Date): boolean {
  const [, timestamp, given] = signaturePattern.exec(signature ?? '') ?? [];
  if (timestamp === undefined || given === undefined) return false;
  const ageSeconds = Math.floor(now.getTime() / 1_000) - Number(timestamp);
  if (Math.abs(ageSeconds) > toleranceSeconds) return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(given, 'hex'));
}
