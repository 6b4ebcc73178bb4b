/** What became of one item: known now, or later by itself. */
export type Outcome<Result> = Result | Promise<Result>;

export interface BatchLimits {
  readonly batchSizeMax: number;
  readonly batchesInFlightMax: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly sinceMs: number;
  readonly resolve: (outcome: Outcome<Result>) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Lets items that arrive while others are being written share the next write. Who comes while nothing is under way is written
 * at once, so nobody ever waits for company. Who comes later waits for the write that is under way; when a whole batch has
 * gathered meanwhile, it goes beside it. First come, first served, whoever it is from.
 */
export class BatchedWrites<Item, Result> {
  private readonly write: (items: readonly Item[]) => Promise<Outcome<Result>[]>;
  private readonly limits: BatchLimits;
  private readonly queue: Waiting<Item, Result>[] = [];
  private inFlight = 0;

  /**
   * `write` ends when the next batch may begin, and gives the outcome of each item in their order. When it throws, it throws
   * for each of them.
   */
  constructor(write: (items: readonly Item[]) => Promise<Outcome<Result>[]>, limits: BatchLimits) {
    this.write = write;
    this.limits = limits;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, sinceMs: performance.now(), resolve, reject });
      this.begin();
    });
  }

  /** For how long the first of those has waited that are not being written yet; 0 when nobody waits. */
  get longestWaitMs(): number {
    const [first] = this.queue;
    return first === undefined ? 0 : performance.now() - first.sinceMs;
  }

  get waiting(): number {
    return this.queue.length;
  }

  private begin(): void {
    while (this.mayBegin()) {
      this.inFlight += 1;
      void this.carry(this.queue.splice(0, this.limits.batchSizeMax));
    }
  }

  private mayBegin(): boolean {
    if (this.inFlight === 0) return this.queue.length > 0;
    return this.inFlight < this.limits.batchesInFlightMax && this.queue.length >= this.limits.batchSizeMax;
  }

  private async carry(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const outcomes = await this.write(batch.map(({ item }) => item));
      this.end();
      batch.forEach(({ resolve, reject }, position) => {
        const outcome = outcomes[position];
        if (outcome === undefined) reject(new Error('A write gave no outcome for one of its items.'));
        else resolve(outcome);
      });
    } catch (fault) {
      this.end();
      for (const { reject } of batch) reject(fault);
    }
  }

  /** Before the callers go on, so that the database works while their answers are made. */
  private end(): void {
    this.inFlight -= 1;
    this.begin();
  }
}
