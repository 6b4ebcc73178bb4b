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

const hyphen = 45;

// Every row and event passes here several times: both ways look whole groups up instead of working on single bits.
const base32Pairs = Array.from({ length: 1_024 }, (_, bits) => alphabet.charAt(bits >> 5) + alphabet.charAt(bits & 31));
const hexPairs = Array.from({ length: 256 }, (_, bits) => bits.toString(16).padStart(2, '0'));

/** By character code; anything else has been refused by the patterns before. */
const base32ValueOfCode = Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));
const hexValueOfCode = Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16));

/** The id of this kind that carries this UUID. Writing the same UUID twice gives the same id. */
export function idOf<P extends string>(prefix: P, uuid: string): Id<P> {
  invariant(prefixPattern.test(prefix), `an id prefix is 1 to 63 lower-case letters, not "${prefix}"`);
  invariant(uuidPattern.test(uuid), `an id carries a UUID, not "${uuid}"`);

  // 20 bits are 5 hexadecimal digits and 4 characters of base32, so the UUID divides into one group of 8 bits (10 with
  // the two leading zeros of the specification) and six groups of 20.
  let id = `${prefix}_`;
  let bits = 0;
  // As if three zeros had been read already: the first group is the short one.
  let digits = 3;
  for (let index = 0; index < uuid.length; index += 1) {
    const code = uuid.charCodeAt(index);
    if (code === hyphen) continue;
    bits = (bits << 4) | (hexValueOfCode[code] ?? 0);
    digits += 1;
    if (digits < 5) continue;
    id += index === 1 ? base32Pairs[bits] : `${base32Pairs[bits >> 10]}${base32Pairs[bits & 1_023]}`;
    bits = 0;
    digits = 0;
  }
  return id as Id<P>;
}

/** The UUID inside an id, for a column of type uuid. The id must be one of ours: read foreign text with `parseId`. */
export function uuidOf(id: Id<string>): string {
  const suffix = id.slice(-suffixLength);
  invariant(suffixPattern.test(suffix), `an id ends in ${suffixLength} characters of base32, not as "${id}" does`);

  let hex = hexPairs[groupAt(suffix, 0, 2)] ?? '';
  for (let start = 2; start < suffixLength; start += 4) {
    const bits = groupAt(suffix, start, 4);
    hex += `${hexPairs[bits >> 12]}${hexPairs[(bits >> 4) & 255]}${hexPairs[bits & 15]?.charAt(1)}`;
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Reads an id that someone else wrote. Anything but the canonical spelling with this prefix is undefined. */
export function parseId<P extends string>(prefix: P, text: string): Id<P> | undefined {
  if (!prefixPattern.test(prefix)) return undefined;
  if (text.length !== prefix.length + 1 + suffixLength || !text.startsWith(`${prefix}_`)) return undefined;
  const suffix = text.slice(prefix.length + 1);
  return suffixPattern.test(suffix) ? `${prefix}_${suffix}` : undefined;
}

function groupAt(base32: string, start: number, length: number): number {
  let bits = 0;
  for (let index = start; index < start + length; index += 1) {
    bits = (bits << 5) | (base32ValueOfCode[base32.charCodeAt(index)] ?? 0);
  }
  return bits;
}
