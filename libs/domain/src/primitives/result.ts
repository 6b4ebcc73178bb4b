/**
 * The answer of an operation that may be refused. A refusal is an ordinary value with a code and facts; it is not
 * thrown, so that the compiler makes every caller look at it.
 */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
