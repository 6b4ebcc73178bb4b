import { BatchedWrites } from '#batching';
import type { Answer } from '../use-cases/answer.ts';
import type { IdempotencyStore, KeyUse } from './idempotency-store.ts';

/** One statement at a time for all who ask: those who are turned away must not be a burden of their own. */
const limits = { batchSizeMax: 500, batchesInFlightMax: 1 } as const;
/** Four statements' worth. Whoever finds so many before them is answered without a look. */
const waitingMax = 2_000;
/** Who is turned away hears it soon, even when the database is what is slow. */
const lookUpMsMax = 1_000;

/** Looks up keys that may have been used before, in times when there is little to spare for it. */
export class KnownKeys {
  private readonly lookUps: BatchedWrites<KeyUse, Answer | null>;

  constructor(keys: IdempotencyStore) {
    this.lookUps = new BatchedWrites((uses) => keys.replayEach(uses), limits);
  }

  /** The answer that the key got before. Null when it is new, and when that cannot be told in time. */
  async find(use: KeyUse): Promise<Answer | null> {
    if (this.lookUps.waiting >= waitingMax) return null;
    const deadline = Promise.withResolvers<null>();
    const timer = setTimeout(() => deadline.resolve(null), lookUpMsMax);
    try {
      return await Promise.race([this.lookUps.submit(use), deadline.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
