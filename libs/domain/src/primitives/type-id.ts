import { BrokenInvariant } from './invariant.ts';
import { digitPlaces, uuidOfDigits } from './uuid-text.ts';

/**
 * A public id: a prefix that names the kind of thing, and a UUID in 26 characters of base32 (TypeID specification 0.3).
 * Ids of one kind sort by the time that their UUIDv7 carries.
 */
export type Id<P extends string> = `${P}_${string}`;

export type MerchantId = Id<'mer'>;
export type PaymentId = Id<'pay'>;
export type CaptureId = Id<'cap'>;
export type RefundId = Id<'ref'>;
export type IncreaseId = Id<'inc'>;
export type DisputeId = Id<'dsp'>;
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

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** By character code; anything else has been refused by the patterns before. */
const base32ValueOfCode = Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));
const hexValueOfCode = Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16));
const base32Codes = Array.from(alphabet, (character) => character.charCodeAt(0));

/** What is being put together, one id at a time. */
const suffixCodes = Array.from({ length: suffixLength }, () => 0);
const uuidDigits = new Uint8Array(32);

/** The id of this kind that carries this UUID. Writing the same UUID twice gives the same id. */
export function idOf<P extends string>(prefix: P, uuid: string): Id<P> {
  if (!prefixPattern.test(prefix)) {
    throw new BrokenInvariant(`an id prefix is 1 to 63 lower-case letters, not "${prefix}"`);
  }
  if (!uuidPattern.test(uuid)) throw new BrokenInvariant(`an id carries a UUID, not "${uuid}"`);

  let bits = 0;
  // The two leading zeros of the specification.
  let held = 2;
  let length = 0;
  for (const place of digitPlaces) {
    bits = (bits << 4) | (hexValueOfCode[uuid.charCodeAt(place)] ?? 0);
    held += 4;
    if (held < 5) continue;
    held -= 5;
    suffixCodes[length] = base32Codes[(bits >> held) & 31] ?? 0;
    length += 1;
  }
  return `${prefix}_${String.fromCharCode.apply(null, suffixCodes)}`;
}

/** The UUID inside an id, for a column of type uuid. The id must be one of ours: read foreign text with `parseId`. */
export function uuidOf(id: Id<string>): string {
  const suffix = id.slice(-suffixLength);
  if (!suffixPattern.test(suffix)) {
    throw new BrokenInvariant(`an id ends in ${suffixLength} characters of base32, not as "${id}" does`);
  }
  // The first character carries three bits; the two in front of them are zeros.
  let bits = base32ValueOfCode[suffix.charCodeAt(0)] ?? 0;
  let held = 3;
  let read = 1;
  for (let index = 0; index < uuidDigits.length; index += 1) {
    if (held < 4) {
      bits = (bits << 5) | (base32ValueOfCode[suffix.charCodeAt(read)] ?? 0);
      held += 5;
      read += 1;
    }
    held -= 4;
    uuidDigits[index] = (bits >> held) & 15;
  }
  return uuidOfDigits(uuidDigits);
}

/** Reads an id that someone else wrote. Anything but the canonical spelling with this prefix is undefined. */
export function parseId<P extends string>(prefix: P, text: string): Id<P> | undefined {
  if (!prefixPattern.test(prefix)) return undefined;
  if (text.length !== prefix.length + 1 + suffixLength || !text.startsWith(`${prefix}_`)) return undefined;
  const suffix = text.slice(prefix.length + 1);
  return suffixPattern.test(suffix) ? `${prefix}_${suffix}` : undefined;
}
