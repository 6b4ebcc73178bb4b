import { invariant } from './invariant.ts';

/** The first millisecond that no longer fits into the 48 bits that RFC 9562 gives to time: the year 10889. */
const unixMsEnd = 2 ** 48;

const randomBytesNeeded = 10;

/** Looked up rather than formatted, because every event, attempt and payment takes an id. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A UUID version 7 (RFC 9562) of a time in Unix milliseconds and ten random bytes, 74 bits of which survive beside
 * version and variant. Two calls in one millisecond are ordered by their random bytes: who needs monotonic ids counts
 * these up.
 */
export function uuidV7(unixMs: number, random: Uint8Array): string {
  invariant(
    Number.isSafeInteger(unixMs) && unixMs >= 0 && unixMs < unixMsEnd,
    `a UUIDv7 carries whole milliseconds below 2^48, not ${unixMs}`,
  );
  invariant(
    random.length === randomBytesNeeded,
    `a UUIDv7 needs ${randomBytesNeeded} random bytes, not ${random.length}`,
  );

  const time = unixMs.toString(16).padStart(12, '0');
  let tail = '';
  random.forEach((byte, index) => (tail += hexOfByte[withMark(byte, index)]));
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

/**
 * Version 7 stands in the high half of the first byte after the time, the variant (binary 10) at the top of the third.
 */
function withMark(byte: number, index: number): number {
  if (index === 0) return 0x70 | (byte & 0x0f);
  if (index === 2) return 0x80 | (byte & 0x3f);
  return byte;
}
