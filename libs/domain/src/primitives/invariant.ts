/** A promise of our own code was broken. No caller can mend this, so it is thrown and never answered to a client. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/**
 * Throws `BrokenInvariant` unless the condition holds. The message names what was promised and the values that broke
 * it.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(message);
}
