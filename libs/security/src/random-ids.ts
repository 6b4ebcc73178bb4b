import { randomFillSync } from 'node:crypto';
import { idOf, uuidV7 } from '#domain';
import type { Clock, Id, Ids } from '#domain';

/** The clock of the machine. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }
}

/** Fills the bytes with chance. In production that is `randomFillSync` of node:crypto. */
export type FillRandom = (bytes: Uint8Array) => unknown;

/**
 * What UUIDv7 takes beside the time. Of these 80 bits it keeps the low 4 of the first byte and the low 6 of the third.
 */
const tailLength = 10;

/** Where the 62 bits begin that are counted up within a millisecond: behind version and the first 12 random bits. */
const counterStart = 2;

/**
 * 48 bits: the next id cannot be guessed from this one, and 8 192 of the largest steps still fit into a millisecond.
 */
const stepLength = 6;

/** Asking for random bytes costs about as much for ten as for thousands: 4 kB serve 400 to 680 ids. */
const poolLength = 4_096;

/**
 * Ids that carry the clock's time and chance, each above the one before. Within a millisecond, and while the clock is
 * behind the last id, the chance is counted up in random steps; when it is used up, the ids run a millisecond ahead of
 * the clock.
 */
export class RandomIds implements Ids {
  readonly #pool = new Uint8Array(poolLength);
  #poolUsed = poolLength;
  #unixMs = -1;
  #tail = new Uint8Array(tailLength);

  constructor(
    private readonly clock: Clock,
    private readonly fillRandom: FillRandom = randomFillSync,
  ) {}

  next<P extends string>(prefix: P): Id<P> {
    const nowMs = this.clock.now().getTime();
    if (nowMs > this.#unixMs) this.#begin(nowMs);
    else if (!this.#step()) this.#begin(this.#unixMs + 1);
    return idOf(prefix, uuidV7(this.#unixMs, this.#tail));
  }

  #begin(unixMs: number): void {
    this.#unixMs = unixMs;
    const start = this.#reserve(tailLength);
    this.#tail.set(this.#pool.subarray(start, start + tailLength));
    // The counter begins with its highest bit clear, so that at least half of its range lies ahead.
    this.#tail[counterStart] = (this.#tail[counterStart] ?? 0) & 0x1f;
  }

  /** Adds 1 + the next random step to the counter. False when that does not fit into its 62 bits. */
  #step(): boolean {
    const stepEnd = this.#reserve(stepLength) + stepLength;
    let carry = 1;
    for (let fromRight = 1; fromRight <= tailLength - counterStart; fromRight += 1) {
      const index = tailLength - fromRight;
      const step = fromRight <= stepLength ? (this.#pool[stepEnd - fromRight] ?? 0) : 0;
      const sum = (this.#tail[index] ?? 0) + step + carry;
      this.#tail[index] = sum & 0xff;
      carry = sum >> 8;
    }
    return (this.#tail[counterStart] ?? 0) <= 0x3f;
  }

  /** Where in the pool so many random bytes begin that nobody has used. */
  #reserve(length: number): number {
    if (this.#poolUsed + length > poolLength) {
      this.fillRandom(this.#pool);
      this.#poolUsed = 0;
    }
    this.#poolUsed += length;
    return this.#poolUsed - length;
  }
}
