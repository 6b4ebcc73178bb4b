import { createHmac, randomBytes as randomBytesOfNode, timingSafeEqual } from 'node:crypto';
import { err, invariant, ok } from '#domain';
import type { Result } from '#domain';
import type { RandomBytes } from './base62.ts';

/** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks writes them. Shown to the merchant once. */
export type WebhookSecret = `whsec_${string}`;

/** The headers of a delivery (Standard Webhooks 1.0). */
export type WebhookHeaders = {
  /** The event's id. It is the same on every retry, so that the receiver can tell a repetition. */
  readonly 'webhook-id': string;
  /** Seconds since 1970 of this attempt. */
  readonly 'webhook-timestamp': string;
  /** One `v1,<base64>` per secret, separated by spaces. */
  readonly 'webhook-signature': string;
};

export type WebhookRefusal = {
  readonly code: 'unreadable_headers' | 'timestamp_out_of_tolerance' | 'no_matching_signature';
};

const secretPrefix = 'whsec_';

/** As many as the HMAC's own output: more would add nothing. */
const secretBytesMinted = 32;

const secretBytesMin = 24;
const secretBytesMax = 64;

/**
 * The tolerance of Standard Webhooks: wide enough for a skewed clock, narrow enough to make a recorded delivery
 * worthless.
 */
const toleranceSeconds = 300;

export function mintWebhookSecret(randomBytes: RandomBytes = randomBytesOfNode): WebhookSecret {
  return `${secretPrefix}${Buffer.from(randomBytes(secretBytesMinted)).toString('base64')}`;
}

/** Strict: what verifiers elsewhere may read in another way is not a secret. */
export function isWebhookSecret(text: string): text is WebhookSecret {
  if (!text.startsWith(secretPrefix)) return false;
  const key = Buffer.from(text.slice(secretPrefix.length), 'base64');
  return (
    key.length >= secretBytesMin &&
    key.length <= secretBytesMax &&
    key.toString('base64') === text.slice(secretPrefix.length)
  );
}

/**
 * Signs one attempt of a delivery: `id.timestamp.body` under every secret that is valid now, the newest first. During a
 * rotation these are two, and a receiver that knows either of them accepts. The body is signed as sent, byte for byte.
 */
export function signWebhook(
  delivery: { readonly id: string; readonly body: string; readonly sentAt: Date },
  secrets: readonly WebhookSecret[],
): WebhookHeaders {
  invariant(secrets.length > 0, `the delivery of ${delivery.id} has no secret to be signed with`);
  invariant(!delivery.id.includes('.'), `the id ${delivery.id} has a full stop, which separates the signed parts`);
  const timestamp = Math.floor(delivery.sentAt.getTime() / 1_000).toString();
  const signatures = secrets.map((secret) => signatureOf(delivery.id, timestamp, delivery.body, secret));
  return {
    'webhook-id': delivery.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.map((signature) => `v1,${signature.toString('base64')}`).join(' '),
  };
}

/** What a receiver does: any signature under any secret that it knows is enough, if the attempt is recent. */
export function verifyWebhook(
  headers: WebhookHeaders,
  body: string,
  secrets: readonly WebhookSecret[],
  now: Date,
): Result<{ readonly id: string; readonly sentAt: Date }, WebhookRefusal> {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return err({ code: 'unreadable_headers' });

  const sentAt = new Date(Number(timestamp) * 1_000);
  const ageSeconds = Math.floor(now.getTime() / 1_000) - Number(timestamp);
  if (Math.abs(ageSeconds) > toleranceSeconds) return err({ code: 'timestamp_out_of_tolerance' });

  const expected = secrets.map((secret) => signatureOf(id, timestamp, body, secret));
  const matches = signaturesIn(headers['webhook-signature']).some((signature) =>
    expected.some((wanted) => signature.length === wanted.length && timingSafeEqual(signature, wanted)),
  );
  return matches ? ok({ id, sentAt }) : err({ code: 'no_matching_signature' });
}

/** Signatures of other versions, v1a for example, are for other verifiers. */
function signaturesIn(header: string): readonly Buffer[] {
  return header
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
}

function signatureOf(id: string, timestamp: string, body: string, secret: WebhookSecret): Buffer {
  invariant(isWebhookSecret(secret), 'a webhook secret is whsec_ and 24 to 64 bytes in base64');
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
}
