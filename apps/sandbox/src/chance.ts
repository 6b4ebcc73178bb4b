import { createHash } from 'node:crypto';

/**
 * Chance that repeats itself: everything it gives depends on the seed and the words alone, so the same call meets the
 * same fate on every machine and after every restart.
 */
export class Chance {
  constructor(private readonly seed: string) {}

  /** A number in [0, 1). */
  fraction(...words: readonly string[]): number {
    return this.hash(words).readUIntBE(0, 6) / 2 ** 48;
  }

  /** One of the choices, each as likely as any other. */
  choice<T>(choices: readonly [T, ...T[]], ...words: readonly string[]): T {
    return choices[Math.floor(this.fraction(...words) * choices.length)] ?? choices[0];
  }

  /** An identifier of 96 bits: two operations of one acquirer never share it in practice. */
  identifier(prefix: string, ...words: readonly string[]): string {
    return `${prefix}_${this.hash([prefix, ...words]).toString('hex', 0, 12)}`;
  }

  /** The words are hashed as JSON so that `a, bc` and `ab, c` differ. */
  private hash(words: readonly string[]): Buffer {
    return createHash('sha256')
      .update(JSON.stringify([this.seed, ...words]))
      .digest();
  }
}
