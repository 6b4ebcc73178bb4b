import { bulkhead, isBulkheadRejectedError, isTaskCancelledError, type BulkheadPolicy } from 'cockatiel';
import { Breaker, CallRefused, type BreakerChange } from './breaker.ts';
import type { GuardLimits } from './guard-limits.ts';

/** The guard did not make the call: nothing was sent, for certain. */
export interface NotCalled {
  readonly type: 'not_called';
  readonly reason: string;
}

/** The answer did not come within the time that the call was given. */
export interface OutOfTime {
  readonly type: 'unknown';
  readonly reason: string;
}

type Failable = { readonly type: string };

/** Who is told what happens at a guard. */
export interface GuardListener {
  breakerChanged(change: BreakerChange): void;
  /** Calls under way, after one began or ended. */
  underWay(count: number): void;
}

/** Decides for one operation of one acquirer whether a call is made, and how many side by side. */
export class OperationGuard {
  readonly breaker: Breaker;
  private readonly limits: GuardLimits;
  private readonly listener: GuardListener;
  private readonly bulkhead: BulkheadPolicy;

  constructor(limits: GuardLimits, listener: GuardListener) {
    this.limits = limits;
    this.listener = listener;
    this.breaker = new Breaker(limits, (change) => listener.breakerChanged(change));
    this.bulkhead = bulkhead(limits.sideBySideMax, limits.waitingMax);
  }

  /** Never later than `signal` aborts, and never rejects, whatever `call` does. */
  async run<Answer extends Failable>(
    call: () => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer | NotCalled | OutOfTime> {
    // Looked at first: behind a breaker that is open nobody needs to wait for a place.
    const refusal = this.breaker.refusal();
    if (refusal !== undefined) return notCalled(refusal);
    try {
      return await this.inLine(() => this.breaker.watch(() => withinTime(call, signal), isFailure), signal);
    } catch (error) {
      if (error instanceof CallRefused) return notCalled(error.message);
      if (isBulkheadRejectedError(error)) return notCalled('its bulkhead is full');
      if (isTaskCancelledError(error)) return notCalled('its bulkhead had no place in time');
      throw error;
    }
  }

  private async inLine<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const counted = async (): Promise<Answer> => {
      this.tellUnderWay();
      return work();
    };
    try {
      return await (this.bulkhead.executionSlots > 0
        ? this.bulkhead.execute(counted, signal)
        : this.waitForPlace(counted, signal));
    } finally {
      this.tellUnderWay();
    }
  }

  /** The bulkhead drops a call that gave up waiting only when its turn comes; who waits for it is told at once. */
  private waitForPlace<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.limits.waitMaxMs)]);
    return new Promise<Answer>((resolve, reject) => {
      let begun = false;
      const giveUp = (): void => {
        if (!begun) reject(new CallRefused('its bulkhead had no place in time'));
      };
      patience.addEventListener('abort', giveUp, { once: true });
      const made = this.bulkhead.execute(() => {
        begun = true;
        return work();
      }, patience);
      made.then(resolve, reject);
    });
  }

  private tellUnderWay(): void {
    this.listener.underWay(this.limits.sideBySideMax - this.bulkhead.executionSlots);
  }
}

/** A decline is an answer like any other: the acquirer works. */
function isFailure({ type }: Failable): boolean {
  return type === 'unknown' || type === 'not_sent';
}

function notCalled(reason: string): NotCalled {
  return { type: 'not_called', reason };
}

/** Holds a connector to its time even when it does not listen to the signal, and to its word that it never throws. */
function withinTime<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer | OutOfTime> {
  const outOfTime = Promise.withResolvers<OutOfTime>();
  const expire = (): void => outOfTime.resolve({ type: 'unknown', reason: 'no answer within the time it was given' });
  signal.addEventListener('abort', expire, { once: true });
  const answer = new Promise<Answer>((resolve) => resolve(call()))
    .catch((error: unknown): OutOfTime => ({ type: 'unknown', reason: String(error) }))
    .finally(() => signal.removeEventListener('abort', expire));
  return Promise.race([answer, outOfTime.promise]);
}
