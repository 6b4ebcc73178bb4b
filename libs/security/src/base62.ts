const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Where chance comes from. In production that is `randomBytes` of node:crypto. */
export type RandomBytes = (size: number) => Uint8Array;

/** Four times 62. A byte from here on is thrown away, so that each of the 62 characters is equally likely. */
const fairBytesEnd = 248;

/** Each character holds log2(62), that is 5.95 bit. */
export function randomBase62(length: number, randomBytes: RandomBytes): string {
  let characters = '';
  while (characters.length < length) {
    for (const byte of randomBytes(length - characters.length)) {
      if (byte < fairBytesEnd) characters += alphabet.charAt(byte % alphabet.length);
    }
  }
  return characters;
}

/** A non-negative integer in base62 with leading zeros. */
export function base62Of(integer: number, length: number): string {
  let characters = '';
  for (let rest = integer; rest > 0; rest = Math.floor(rest / alphabet.length)) {
    characters = alphabet.charAt(rest % alphabet.length) + characters;
  }
  return characters.padStart(length, '0');
}
