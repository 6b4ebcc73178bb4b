import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * SHA-256 (32 bytes) of a value's canonical JSON (RFC 8785): equal for equal inputs, whatever the order of keys and the
 * spacing that they were sent with. A member that is undefined counts as absent; null does not. Throws for what JSON
 * cannot say: NaN, lone surrogates, cycles. The edge refuses those, and unbounded nesting, before.
 */
export function fingerprintOf(value: unknown): Buffer {
  return hash('sha256', canonicalJsonOf(value), 'buffer');
}

function canonicalJsonOf(value: unknown): string {
  const json = canonicalize(withoutBigints(value));
  if (json === undefined) throw new TypeError(`a fingerprint is taken of a JSON value, not of ${typeof value}`);
  return json;
}

/**
 * A bigint is the number that a client would have sent for it, so 5n and 5 are the same input. Beyond what a double
 * holds exactly it becomes its decimal digits, as RFC 8785 advises for such integers.
 */
function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  // Not Object.fromEntries: every request for money passes here, and that takes twice as long.
  const plain: Record<string, unknown> = { ...value };
  for (const key of Object.keys(plain)) plain[key] = withoutBigints(plain[key]);
  return plain;
}
