import { invariant } from './invariant.ts';
import { uuidOfDigits } from './uuid-text.ts';

/** The first millisecond that no longer fits into the 48 bits that RFC 9562 gives to time: the year 10889. */
const unixMsEnd = 2 ** 48;

const randomBytesNeeded = 10;

const timeDigits = 12;

/** The UUID that is being made: text is all that leaves. */
const digits = new Uint8Array(32);

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

  let time = unixMs;
  for (let index = timeDigits - 1; index >= 0; index -= 1) {
    digits[index] = time % 16;
    time = Math.floor(time / 16);
  }
  for (let index = 0; index < randomBytesNeeded; index += 1) {
    const byte = random[index] ?? 0;
    digits[timeDigits + 2 * index] = byte >> 4;
    digits[timeDigits + 2 * index + 1] = byte & 15;
  }
  // Version 7 stands in the first digit after the time, the variant (binary 10) at the top of the fifth.
  digits[timeDigits] = 7;
  digits[timeDigits + 4] = 8 | ((digits[timeDigits + 4] ?? 0) & 3);
  return uuidOfDigits(digits);
}
