import { DatabaseFault } from './fault.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Coalesces what arrives at the same time into one transaction. Whoever comes alone goes at once and alone; what comes
 * while a transaction is under way makes up the next one, in the order of arrival. A transaction that fails for one of
 * its items is done again one by one, so that each caller gets what it would have got alone.
 */
export class GroupCommit<Item, Result> {
  private readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  private readonly sizeMax: number;
  private waiting: Waiting<Item, Result>[] = [];
  private working = false;

  /** `commit` does all or nothing, and gives one result per item in their order. */
  constructor(commit: (items: readonly Item[]) => Promise<readonly Result[]>, sizeMax: number) {
    this.commit = commit;
    this.sizeMax = sizeMax;
  }

  /** Resolves when the item's transaction has been committed. */
  run(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // What has arrived in the same turn of the event loop goes along; nobody waits for company.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.commitTogether(this.waiting.splice(0, this.sizeMax));
    this.working = false;
  }

  private async commitTogether(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.commit(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      // A fault of the database is nobody's own: each would meet it again.
      if (batch.length === 1 || error instanceof DatabaseFault) for (const { reject } of batch) reject(error);
      else for (const waiting of batch) await this.commitTogether([waiting]);
    }
  }
}
