/** What became of one item: its own result, or the fault that hit it. */
export type Outcome<Result> = PromiseSettledResult<Result>;

export interface GroupCommitLimits {
  readonly batchSizeMax: number;
  readonly batchesInFlightMax: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Lets items that arrive while others are being written share the next write. Whoever finds nothing under way is written at
 * once and alone, so the first never waits for company; whoever comes later waits for no more than what is under way. First
 * come, first served, whoever it is from.
 */
export class GroupCommit<Item, Result> {
  private readonly write: (items: readonly Item[]) => Promise<Outcome<Result>[]>;
  private readonly limits: GroupCommitLimits;
  private readonly queue: Waiting<Item, Result>[] = [];
  private inFlight = 0;

  /** `write` gives an outcome for each item, in their order. When it throws, nobody knows more than that. */
  constructor(write: (items: readonly Item[]) => Promise<Outcome<Result>[]>, limits: GroupCommitLimits) {
    this.write = write;
    this.limits = limits;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      this.begin();
    });
  }

  private begin(): void {
    while (this.inFlight < this.limits.batchesInFlightMax && this.queue.length > 0) {
      this.inFlight += 1;
      void this.carry(this.queue.splice(0, this.limits.batchSizeMax));
    }
  }

  private async carry(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const outcomes = await this.outcomesOf(batch.map(({ item }) => item));
    this.inFlight -= 1;
    // The next batch is on its way before these callers go on: their answers are made while the database works.
    this.begin();
    batch.forEach(({ resolve, reject }, position) => {
      const outcome = outcomes[position];
      if (outcome?.status === 'fulfilled') resolve(outcome.value);
      else reject(outcome?.reason ?? new Error('A write gave no outcome for one of its items.'));
    });
  }

  private async outcomesOf(items: readonly Item[]): Promise<Outcome<Result>[]> {
    try {
      return await this.write(items);
    } catch (reason) {
      return items.map(() => ({ status: 'rejected', reason }));
    }
  }
}
