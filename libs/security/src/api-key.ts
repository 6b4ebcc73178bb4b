import { hash, randomBytes as randomBytesOfNode, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { base62Of, randomBase62 } from './base62.ts';
import type { RandomBytes } from './base62.ts';

/** Merchant keys of the two worlds that never meet, and keys of the platform's own people. */
export const apiKeyPrefixes = ['sk_test', 'sk_live', 'adm_test'] as const;

export type ApiKeyPrefix = (typeof apiKeyPrefixes)[number];

/**
 * A key as its holder writes it: `sk_test_` + 6 characters that find it + 27 of secret + 6 of checksum, all base62.
 *
 * The text is the credential: it is shown once and never stored or logged. The handle may be both.
 */
export type ApiKey = {
  readonly text: string;
  readonly prefix: ApiKeyPrefix;
  /**
   * The prefix and the 6 characters after it. Unique, and indexed, so that a key is found without trying every hash.
   */
  readonly handle: string;
};

/** 62^6 are 57 billion handles per prefix; minting again on the rare collision is left to the unique index. */
const handleLength = 6;

/** 27 × 5.954 bit = 160.7 bit. */
const secretLength = 27;

/** 62^6 is more than the 2^32 values of a CRC. */
const checksumLength = 6;

const keyPattern = new RegExp(
  `^(${apiKeyPrefixes.join('|')})_([0-9A-Za-z]{${handleLength}})[0-9A-Za-z]{${secretLength + checksumLength}}$`,
);

export function mintApiKey(prefix: ApiKeyPrefix, randomBytes: RandomBytes = randomBytesOfNode): ApiKey {
  const handle = `${prefix}_${randomBase62(handleLength, randomBytes)}`;
  const unchecked = handle + randomBase62(secretLength, randomBytes);
  return { text: unchecked + checksumOf(unchecked), prefix, handle };
}

/**
 * Reads a key that a caller sent. Undefined means that it cannot be one of ours, known without asking the database:
 * another form, or a checksum that shows a typing error or a guess. A key that parses still has to be found and
 * compared.
 */
export function parseApiKey(text: string): ApiKey | undefined {
  const match = keyPattern.exec(text);
  const prefix = apiKeyPrefixes.find((known) => known === match?.[1]);
  if (match === null || prefix === undefined) return undefined;
  if (checksumOf(text.slice(0, -checksumLength)) !== text.slice(-checksumLength)) return undefined;
  return { text, prefix, handle: `${prefix}_${match[2]}` };
}

/**
 * What is stored in place of the key: its SHA-256, 32 bytes. Slow password hashes protect what people choose; these
 * keys hold 160 bit of chance, which no speed of hashing lets anyone search, and every request pays for the hash.
 */
export function hashApiKey(key: ApiKey): Buffer {
  return hash('sha256', key.text, 'buffer');
}

/** Compares in constant time, so that the answer's delay tells nothing about how much of a hash was right. */
export function matchesApiKeyHash(key: ApiKey, storedHash: Uint8Array): boolean {
  const ownHash = hashApiKey(key);
  return storedHash.length === ownHash.length && timingSafeEqual(ownHash, storedHash);
}

/**
 * CRC32 finds every single wrong character and every swap of two neighbours. It guards against errors, not against
 * attackers.
 */
function checksumOf(unchecked: string): string {
  return base62Of(crc32(unchecked), checksumLength);
}
