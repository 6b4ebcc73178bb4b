const hexCodes = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Where the digits of a UUID stand between its hyphens. */
export const digitPlaces: readonly number[] = Array.from({ length: 36 }, (_, place) => place).filter(
  (place) => ![8, 13, 18, 23].includes(place),
);

/**
 * The text that is being put together, hyphens and all. Every row and event takes several ids: made piece by piece, each would
 * leave a dozen strings behind for the collector.
 */
const codes = Array.from('00000000-0000-0000-0000-000000000000', (character) => character.charCodeAt(0));

/** The 32 digits of a UUID, each from 0 to 15, in the form of RFC 9562, in lower case. */
export function uuidOfDigits(digits: Uint8Array): string {
  for (let index = 0; index < digitPlaces.length; index += 1) {
    codes[digitPlaces[index] ?? 0] = hexCodes[digits[index] ?? 0] ?? 0;
  }
  return String.fromCharCode.apply(null, codes);
}
