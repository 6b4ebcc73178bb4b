/** Chance that repeats: the same seed draws the same numbers, on every machine. Only the laboratory lives by it. */
export class Chance {
  private state: number;
  private readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
    this.state = hashOf(seed);
  }

  /** A source of its own for one part of a run, so that what one part draws does not move the others. */
  for(part: string): Chance {
    return new Chance(`${this.seed}/${part}`);
  }

  /** From 0 up to 1. The generator is mulberry32: 32 bits of state, plenty for choosing what to break next. */
  fraction(): number {
    this.state = (this.state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('there is nothing to choose from');
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** All of them, in another order. */
  shuffle<T>(things: readonly T[]): T[] {
    const drawn = things.map((thing) => ({ thing, rank: this.fraction() }));
    return drawn.sort((a, b) => a.rank - b.rank).map(({ thing }) => thing);
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return hash | 0;
}
