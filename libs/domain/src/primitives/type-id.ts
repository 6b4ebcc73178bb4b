import { invariant } from './invariant.ts';

/**
 * A public id: a prefix that names the kind of thing, and a UUID in 26 characters of base32 (TypeID specification 0.3).
 * Ids of one kind sort by the time that their UUIDv7 carries.
 */
export type Id<P extends string> = `${P}_${string}`;

export type MerchantId = Id<'mer'>;
export type PaymentId = Id<'pay'>;
export type CaptureId = Id<'cap'>;
export type RefundId = Id<'ref'>;
export type AttemptId = Id<'att'>;
export type EventId = Id<'evt'>;
export type WebhookEndpointId = Id<'whe'>;
export type WebhookDeliveryId = Id<'whd'>;
export type BatchId = Id<'bat'>;
export type ApiKeyId = Id<'key'>;

/** Crockford's alphabet in lower case: it has no i, l, o or u, so an id read aloud is not mistaken. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixLength = 26;

/** 26 characters hold 130 bits and a UUID has 128, hence nothing above 7 can stand first. */
const suffixPattern = /^[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/;

const prefixPattern = /^[a-z](?:[a-z_]{0,61}[a-z])?$/;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id of this kind that carries this UUID. Writing the same UUID twice gives the same id. */
export function idOf<P extends string>(prefix: P, uuid: string): Id<P> {
  invariant(prefixPattern.test(prefix), `an id prefix is 1 to 63 lower-case letters, not "${prefix}"`);
  const lowerCase = uuid.toLowerCase();
  invariant(uuidPattern.test(lowerCase), `an id carries a UUID, not "${uuid}"`);

  // 20 bits are 5 hexadecimal digits and 4 characters of base32, so the UUID divides into one group of 8 bits (10 with
  // the two leading zeros of the specification) and six groups of 20.
  const hex = lowerCase.replaceAll('-', '');
  let suffix = base32Of(hex.slice(0, 2), 2);
  for (let start = 2; start < hex.length; start += 5) suffix += base32Of(hex.slice(start, start + 5), 4);
  return `${prefix}_${suffix}`;
}

/** The UUID inside an id, for a column of type uuid. The id must be one of ours: read foreign text with `parseId`. */
export function uuidOf(id: Id<string>): string {
  const suffix = id.slice(-suffixLength);
  invariant(suffixPattern.test(suffix), `an id ends in ${suffixLength} characters of base32, not as "${id}" does`);

  let hex = hexOf(suffix.slice(0, 2), 2);
  for (let start = 2; start < suffixLength; start += 4) hex += hexOf(suffix.slice(start, start + 4), 5);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Reads an id that someone else wrote. Anything but the canonical spelling with this prefix is undefined. */
export function parseId<P extends string>(prefix: P, text: string): Id<P> | undefined {
  if (!prefixPattern.test(prefix)) return undefined;
  if (text.length !== prefix.length + 1 + suffixLength || !text.startsWith(`${prefix}_`)) return undefined;
  const suffix = text.slice(prefix.length + 1);
  return suffixPattern.test(suffix) ? `${prefix}_${suffix}` : undefined;
}

function base32Of(hex: string, length: number): string {
  const bits = Number.parseInt(hex, 16);
  let characters = '';
  for (let shift = 5 * (length - 1); shift >= 0; shift -= 5) characters += alphabet.charAt((bits >> shift) & 31);
  return characters;
}

function hexOf(base32: string, length: number): string {
  let bits = 0;
  for (const character of base32) bits = bits * 32 + alphabet.indexOf(character);
  return bits.toString(16).padStart(length, '0');
}
