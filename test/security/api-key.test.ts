import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiKeyPrefixes, hashApiKey, matchesApiKeyHash, mintApiKey, parseApiKey } from '#security';
import { holds } from '../support/property.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes 0 1 2 … 255 0 1 …: every byte from 248 on must be thrown away. */
function countingBytes(): (size: number) => Uint8Array {
  let next = 0;
  return (size) => Uint8Array.from({ length: size }, () => next++ % 256);
}

/** Keys whose chance comes from the property's seed, so that a failure can be repeated. */
const keys = fc.uint8Array({ minLength: 33, maxLength: 33, max: 247 }).map((bytes) => {
  let taken = 0;
  return mintApiKey('sk_test', (size) => bytes.subarray(taken, (taken += size)));
});

describe('an API key', () => {
  it.each(apiKeyPrefixes)('%s_… is prefix, handle, secret of 160 bit, checksum', (prefix) => {
    const key = mintApiKey(prefix);
    expect(key.text).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{39}$`));
    expect(key.handle).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{6}$`));
    expect(key.text.startsWith(key.handle)).toBe(true);
    expect(key.prefix).toBe(prefix);
    expect(62n ** 27n > 2n ** 160n).toBe(true);
    expect(parseApiKey(key.text)).toEqual(key);
  });

  it('keeps its form: this key was minted once and must stay readable', () => {
    // The checksum is the CRC32 of all before it, 0x8dc3dccf, in base62 with leading zeros; computed by another
    // implementation.
    const text = 'sk_test_0123456789ABCDEFGHIJKLMNOPQRSTUVW2axcbP';
    expect(mintApiKey('sk_test', countingBytes()).text).toBe(text);
    expect(parseApiKey(text)).toEqual({ text, prefix: 'sk_test', handle: 'sk_test_012345' });
  });

  it('has a checksum of six characters even when the CRC is small', () => {
    const text = 'adm_test_000000000000000000000000000021170000qlE';
    expect(parseApiKey(text)).toEqual({ text, prefix: 'adm_test', handle: 'adm_test_000000' });
  });

  it('takes each character with equal chance', () => {
    // All 256 values of a byte, asked for over and over: a character drawn by plain remainder would favour the first
    // eight.
    const randomBytes = countingBytes();
    const counts = new Map<string, number>();
    for (let minted = 0; minted < 620; minted += 1) {
      for (const character of mintApiKey('sk_live', randomBytes).text.slice('sk_live_'.length, -6)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].toSorted().join('')).toBe(base62);
    const perCharacter = (620 * 33) / 62;
    for (const count of counts.values()) expect(Math.abs(count - perCharacter)).toBeLessThanOrEqual(4);
  });

  it('shows every single wrong character before any database is asked', () => {
    const positions = fc.integer({ min: 'sk_test_'.length, max: 46 });
    holds(
      fc.property(keys, positions, fc.constantFrom(...base62), ({ text }, position, character) => {
        fc.pre(text[position] !== character);
        expect(parseApiKey(text.slice(0, position) + character + text.slice(position + 1))).toBeUndefined();
      }),
    );
  });

  it('shows every swap of two neighbours', () => {
    holds(
      fc.property(keys, fc.integer({ min: 'sk_test_'.length, max: 45 }), ({ text }, position) => {
        const [first = '', second = ''] = text.slice(position, position + 2);
        fc.pre(first !== second);
        expect(parseApiKey(text.slice(0, position) + second + first + text.slice(position + 2))).toBeUndefined();
      }),
    );
  });

  const valid = mintApiKey('sk_test').text;
  it.each([
    ['', 'nothing'],
    [valid.slice(0, -1), 'one that is cut off'],
    [`${valid}0`, 'one with something behind'],
    [`${valid}\n`, 'one with a line feed'],
    ['sk_test_0123456789ABCDEFGHIJKLMNOPQRSTUVWX3ST5oE', 'one character more under a right checksum'],
    [` ${valid}`, 'one with a blank'],
    [valid.replace('sk_test', 'sk_live'), 'one moved to live'],
    [valid.replace('sk_test', 'adm_test'), 'one moved to administration'],
    [valid.replace('sk_test', 'adm_live'), 'one of no known prefix'],
    [valid.toLowerCase().replace(/\d/g, 'x'), 'one in lower case'],
    [`sk_test_${'0'.repeat(39)}`, 'one of zeros'],
  ])('is not "%s": %s', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });
});

describe('the stored hash of a key', () => {
  it('is the SHA-256 of its text', () => {
    const key = { text: 'abc', prefix: 'sk_test', handle: 'sk_test_abc' } as const;
    // The vector of FIPS 180-4 for "abc".
    expect(hashApiKey(key).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('matches its key and no other', () => {
    const key = mintApiKey('sk_test');
    expect(matchesApiKeyHash(key, hashApiKey(key))).toBe(true);
    expect(matchesApiKeyHash(mintApiKey('sk_test'), hashApiKey(key))).toBe(false);
    expect(matchesApiKeyHash(key, hashApiKey(key).subarray(0, 31))).toBe(false);
    expect(matchesApiKeyHash(key, new Uint8Array())).toBe(false);
  });
});
