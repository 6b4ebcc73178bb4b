import type { WakeUp } from '#messaging';

export interface LiveSource<Item> {
  /** What has come since the last call; nothing when nothing has. */
  readonly readOn: () => Promise<readonly Item[]>;
  /** Rung when there may be something; rung too often it does no harm, and the poll makes up for lost rings. */
  readonly bell: WakeUp;
  readonly pollMs: number;
  /** Called once, when nobody reads any more. */
  readonly ended: () => void;
}

/**
 * Items as they come to be, without an end. Nothing is fetched before it is asked for, so a slow reader holds up itself
 * and fills no memory; and who stops reading does not have to wait for the next item first.
 */
export class LiveSequence<Item> implements AsyncIterableIterator<Item, undefined> {
  private readonly source: LiveSource<Item>;
  private readonly ready: Item[] = [];
  private over = false;

  constructor(source: LiveSource<Item>) {
    this.source = source;
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    while (!this.over) {
      const item = this.ready.shift();
      if (item !== undefined) return { done: false, value: item };
      this.ready.push(...(await this.readOn()));
      if (this.ready.length === 0 && !this.over) await this.source.bell.wait(this.source.pollMs);
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Item, undefined>> {
    if (!this.over) {
      this.over = true;
      this.source.bell.ring();
      this.source.ended();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What cannot be reached just now comes later: the reader waits on, as for anything that has not come yet. */
  private async readOn(): Promise<readonly Item[]> {
    try {
      return await this.source.readOn();
    } catch (error) {
      if (error instanceof Error && 'retryable' in error && error.retryable === true) return [];
      await this.return();
      throw error;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
