import { err, ok, type Result } from '#domain';
import type { KeyRefusal } from './key-refusal.ts';

/** RFC 6750: the scheme in any case, one space or more, and one token without spaces. */
const bearerPattern = /^bearer +([^\s]+) *$/i;

/** The key in an Authorization header. */
export function bearerOf(authorization: string | undefined): Result<string, KeyRefusal> {
  if (authorization === undefined || authorization.trim() === '') return err({ code: 'key_missing' });
  const [, token] = bearerPattern.exec(authorization) ?? [];
  return token === undefined ? err({ code: 'scheme_unknown' }) : ok(token);
}
